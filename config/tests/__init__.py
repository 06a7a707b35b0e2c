"""Tests of config and of rules that hold for the whole repository."""
