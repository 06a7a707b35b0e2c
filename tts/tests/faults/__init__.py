"""Real workers, servers, disks and the official SDK."""
