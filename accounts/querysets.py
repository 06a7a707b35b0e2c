"""Reads of accounts, keys and quotas."""

from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, BaseUserManager
from django.db import models

if TYPE_CHECKING:
    from accounts.models import Account, ApiKey, RateLimitWindow, UsageQuota

Viewer = AbstractBaseUser | AnonymousUser


def is_staff(user: Viewer) -> bool:
    """Staff see every row; AnonymousUser has the attribute too."""
    return bool(getattr(user, "is_staff", False) or getattr(user, "is_superuser", False))


class AccountManager(BaseUserManager["Account"]):
    """Creates accounts for Django's own commands.

    People are made by `services.create_account`, which knows the rules for names and makes the quotas.
    """

    def create_user(self, username: str, email: str, password: str | None = None, **fields: Any) -> "Account":
        """Account with a hashed password (unusable when None)."""
        account = self.model(username=username, email=self.normalize_email(email), **fields)
        account.set_password(password)
        account.save(using=self._db)
        return account

    def create_superuser(self, username: str, email: str, password: str | None = None, **fields: Any) -> "Account":
        """Administrator with every permission."""
        return self.create_user(username, email, password, role="admin", is_superuser=True, **fields)

    def visible_to(self, user: Viewer) -> "models.QuerySet[Account]":
        """Oneself; staff see everybody."""
        return self.all() if is_staff(user) else self.filter(pk__in=[user.pk])


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    """Keys."""

    def visible_to(self, user: Viewer) -> Self:
        """One's own keys; staff see all (never the key itself)."""
        return self if is_staff(user) else self.filter(user_id=user.pk)

    def active(self) -> Self:
        """Not revoked (they may have expired)."""
        return self.filter(status="active")


class UsageQuotaQuerySet(models.QuerySet["UsageQuota"]):
    """Quotas."""

    def visible_to(self, user: Viewer) -> Self:
        """One's own and those of one's keys; staff see all, those of projects too."""
        # "in", because an anonymous viewer's None would match the rows that no account owns.
        own = models.Q(user_id__in=[user.pk]) | models.Q(api_key__user_id__in=[user.pk])
        return self if is_staff(user) else self.filter(own)


class RateLimitWindowQuerySet(models.QuerySet["RateLimitWindow"]):
    """Rate-limit windows."""

    def visible_to(self, user: Viewer) -> Self:
        """One's own; staff see all."""
        return self if is_staff(user) else self.filter(user_id=user.pk)
