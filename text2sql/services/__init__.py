"""Every write of the app."""
