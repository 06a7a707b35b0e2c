"""Questions in words, answered from databases: the place of a later app; nothing lives here yet."""
