"""Roof and ground of the house: settings, routes and the shared ground modules."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
