"""Statements as data: harmless ones that must pass and hostile ones that must not, by database."""


def statements_of(text: str) -> list[str]:
    """The statements between `;;`, each on one line."""
    return [" ".join(statement.split()) for statement in text.split(";;")]


def pipelines_of(text: str) -> list[str]:
    """Pipelines of the collection `orders`, written between `;;` without the object around them."""
    return [f'{{"collection": "orders", "pipeline": {stages}}}' for stages in statements_of(text)]
