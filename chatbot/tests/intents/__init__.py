"""Tests of the intents' catalogue and classifier."""
