"""The grammar engine: questions to SQL by rules over the schema, without a model."""
