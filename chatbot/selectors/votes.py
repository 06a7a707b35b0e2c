"""How often each engine was preferred."""

from dataclasses import dataclass

from django.db import connection

from accounts.models import Account

# Each vote is a contest of all engines that answered the question; the same engine twice counts once.
_PREFERENCES = """
    SELECT rival.engine_name, count(DISTINCT vote.id) AS contests,
           count(DISTINCT vote.id) FILTER (WHERE chosen.engine_name = rival.engine_name) AS wins
      FROM message_votes AS vote
      JOIN messages AS chosen ON chosen.id = vote.chosen_id
      JOIN messages AS rival ON rival.parent_message_id = vote.question_id AND rival.role = 'assistant'
     WHERE (%(user)s::uuid IS NULL OR vote.user_id = %(user)s)
     GROUP BY rival.engine_name ORDER BY wins DESC, contests, rival.engine_name
"""


@dataclass(frozen=True, slots=True)
class Preference:
    """An engine, the votes it took part in, and those it won."""

    engine_name: str
    contests: int
    wins: int


def engine_preferences(user: Account | None = None) -> list[Preference]:
    """Of one person, or of the whole house."""
    with connection.cursor() as cursor:
        cursor.execute(_PREFERENCES, {"user": user.pk if user else None})
        return [Preference(*row) for row in cursor.fetchall()]
