"""A project's name is unique per owner; the database's constraint decides, so two at once get one answer each."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from config.common.problems import Conflict


class ProjectNameTaken(Conflict):
    """The owner has another project of that name; nothing was changed."""

    code = "project_name_taken"
    title = "The owner already has a project of this name."


@contextmanager
def name_guarded_transaction() -> Iterator[None]:
    """A transaction that raises ProjectNameTaken when that constraint refuses it; any other error passes.

    Looking for the name first would still let two at once through, and cost a query each time.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        # By the constraint's name: the server writes its message in the language of its own locale.
        diagnosis = getattr(error.__cause__, "diag", None)
        if getattr(diagnosis, "constraint_name", None) != "idx_projects_name_user":
            raise
        message = _("The owner already has a project of this name.")
        raise ProjectNameTaken(message, errors={"project_name": [message]}) from error
