"""Tests of the way of a model call into the stream."""
