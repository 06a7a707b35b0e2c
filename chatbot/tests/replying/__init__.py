"""Tests of chatbot/replying."""
