"""Tests of the parts of a model that runs on this machine."""
