"""Sign-in by username or e-mail address, for accounts that are neither blocked nor deleted."""

from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import HttpRequest

from accounts.models import Account
from accounts.services import find_by_sign_in_name


class AccountBackend(ModelBackend):
    """Sessions of accounts that lost their rights become anonymous with the next request, on WebSockets too."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> Account | None:
        """The account, or None; an unknown name takes as long as a wrong password."""
        # PostgreSQL refuses a NUL with an error, where an unknown name must look like any other.
        if not username or password is None or "\0" in username:
            return None
        account = find_by_sign_in_name(username)
        if account is None:
            Account().set_password(password)
            return None
        return account if account.check_password(password) and account.may_act else None

    async def aauthenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> Account | None:
        """Async twin; Django's own would look for usernames only."""
        return await sync_to_async(self.authenticate)(request, username, password)

    def user_can_authenticate(self, user: AbstractBaseUser | AnonymousUser | None) -> bool:
        """Neither blocked nor deleted; also asked for every session."""
        return isinstance(user, Account) and user.may_act

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """Administrators may do everything the operations console offers."""
        return _is_administrator(user_obj) or super().has_perm(user_obj, perm, obj)

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        """Administrators see every section."""
        return _is_administrator(user_obj) or super().has_module_perms(user_obj, app_label)


def _is_administrator(user: object) -> bool:
    return isinstance(user, Account) and user.is_staff and user.may_act
