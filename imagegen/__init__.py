"""Image generation: the place of a later app; nothing lives here yet."""
