"""Projects: members, roles, scope of work, keys and activity."""
