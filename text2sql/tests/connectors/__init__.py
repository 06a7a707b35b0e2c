"""Tests of the connectors, against real servers where there are any."""
