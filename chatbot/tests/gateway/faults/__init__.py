"""Real web processes and workers, the official SDK, and what breaks in between."""
