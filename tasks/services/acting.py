"""Who does it and why: carried into the history trigger by settings that end with the transaction."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from accounts.models import Account
from accounts.queries import pipelined, prepared_cursor
from tasks.models.triggers import ACCOUNT_SETTING, ACTOR_SETTING, REASON_SETTING


@contextmanager
def acting(actor: Account | str | None, reason: str = "", *, ahead: bool = False) -> Iterator[None]:
    """One transaction whose transitions are recorded under `actor` (an account, or a name such as "sweeper").

    With `ahead` its statements are `pipelined`.

    Nested calls overwrite the settings for the rest of the outer transaction: `set_config(..., true)` lasts until the
    end of the transaction, not of the savepoint. Whoever acts for several people opens one transaction for each.
    """
    if isinstance(actor, Account):
        name, account_id = actor.username, str(actor.pk)
    else:
        name, account_id = actor or "system", ""
    with transaction.atomic():
        # BEGIN or SAVEPOINT and the settings go together.
        with pipelined():
            with prepared_cursor() as cursor:
                cursor.execute(
                    "SELECT set_config(%s, %s, true), set_config(%s, %s, true), set_config(%s, %s, true)",
                    [ACTOR_SETTING, name, ACCOUNT_SETTING, account_id, REASON_SETTING, reason],
                )
            if ahead:
                yield
        if not ahead:
            yield
