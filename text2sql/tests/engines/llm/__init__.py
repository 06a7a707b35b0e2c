"""Tests of queries written by a language model."""
