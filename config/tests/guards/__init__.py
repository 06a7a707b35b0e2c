"""Rules that fail the build: each guard names what broke it; exceptions carry a reason and go stale loudly."""
