"""Speech to text: the place of a later app; nothing lives here yet."""
