"""Tests of monitoring's services."""
