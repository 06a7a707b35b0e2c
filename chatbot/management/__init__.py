"""Commands of chatbot."""
