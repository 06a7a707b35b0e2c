"""Tests of chatbot/streams."""
