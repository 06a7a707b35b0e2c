"""Tests of the services of projects."""
