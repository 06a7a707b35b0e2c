"""Ratings: one per person and result, replaced by rating again."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account
from config.common.problems import DomainError, Forbidden, NotFound
from projects.services import get_abilities
from results.models import Result, ResultFeedback

RATING_MIN, RATING_MAX = 1, 5
FEEDBACK_MAX_CHARS = 5_000


class InvalidRating(DomainError):
    """Stars or comment cannot be used; `errors` says which."""

    title = "Some fields are not valid."


def _require(result: Result, user: Account, ability: str) -> None:
    # Asked again behind the page's own check: a role may have changed since the page was opened.
    abilities = get_abilities(project=result.task.project, user=user)
    if not abilities["view"]:
        raise NotFound(code="result_not_found")
    if not abilities[ability]:
        raise Forbidden(_("Your role in this project does not allow rating."))


@transaction.atomic
def rate_result(*, result: Result, user: Account, rating: int, feedback_text: str | None = None) -> ResultFeedback:
    """Set one's stars (1..5) and comment; None keeps the comment that is there. Raises InvalidRating or Forbidden."""
    _require(result, user, "rate_results")
    errors: dict[str, list[str]] = {}
    if not RATING_MIN <= rating <= RATING_MAX:
        errors["rating"] = [_("Choose one to five stars.")]
    text = None if feedback_text is None else feedback_text.strip()
    if text and len(text) > FEEDBACK_MAX_CHARS:
        errors["feedback_text"] = [_("At most %(limit)d characters are accepted.") % {"limit": FEEDBACK_MAX_CHARS}]
    if errors:
        raise InvalidRating(_("Some fields are not valid."), errors=errors)
    values: dict[str, object] = {"rating": rating} | ({} if text is None else {"feedback_text": text})
    # It locks the row, or tries again as an update when another request has just inserted it: the later click wins.
    feedback, _created = ResultFeedback.objects.update_or_create(result=result, user=user, defaults=values)
    # updated_at belongs to the database's trigger.
    feedback.refresh_from_db()
    return feedback


@transaction.atomic
def withdraw_rating(*, result: Result, user: Account) -> bool:
    """Delete one's own rating; False when there was none.

    Whoever may still see the result may take a rating back, even where the role does not allow new ones.
    """
    _require(result, user, "view")
    deleted, _rows = ResultFeedback.objects.filter(result=result, user=user).delete()
    return deleted > 0
