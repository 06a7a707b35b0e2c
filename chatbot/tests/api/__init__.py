"""Tests of chatbot/api."""
