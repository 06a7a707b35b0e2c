"""Settings by environment: local (default), test and production build on base."""
