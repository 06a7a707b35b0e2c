"""Tests of chatbot/services."""
