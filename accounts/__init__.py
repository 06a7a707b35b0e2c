"""People, API keys, quotas and rate limits: who may do how much."""
