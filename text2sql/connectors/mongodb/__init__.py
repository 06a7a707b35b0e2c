"""MongoDB: aggregations on one server, whose word on where others are is not taken."""
