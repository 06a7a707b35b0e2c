"""The check of MongoDB's aggregation pipelines, written as strict JSON."""
