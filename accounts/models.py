"""Accounts (D1 accounts, users of D2, D4 and D5), API keys, quotas and rate-limit windows."""

from decimal import Decimal
from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin
from django.db import models
from django.db.models import Case, Q, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.querysets import AccountManager, ApiKeyQuerySet, RateLimitWindowQuerySet, UsageQuotaQuerySet
from config.common.models import CreatedModel, TimestampedModel, one_of, uuid7_key


class Role(models.TextChoices):
    """What an account may do in the house as a whole."""

    USER = "user", _("User")
    DEVELOPER = "developer", _("Developer")
    ADMIN = "admin", _("Administrator")


class AccountType(models.TextChoices):
    """Tariff; decides the default limits (D4 `is_premium`)."""

    STANDARD = "standard", _("Standard")
    PREMIUM = "premium", _("Premium")


class Account(AbstractBaseUser, PermissionsMixin, TimestampedModel):
    """A person who signs in. Never deleted: `is_active` is the soft delete, so that history keeps its names."""

    user_id = uuid7_key()
    email = models.EmailField(_("email"), max_length=255, unique=True)
    username = models.CharField(_("username"), max_length=50, unique=True)
    password = models.CharField(_("password"), max_length=255, db_column="password_hash")
    full_name = models.CharField(_("full name"), max_length=255, blank=True, default="")
    avatar_url = models.TextField(_("avatar URL"), blank=True, default="")
    role = models.CharField(_("role"), max_length=20, choices=Role.choices, default=Role.USER)
    account_type = models.CharField(
        _("account type"), max_length=20, choices=AccountType.choices, default=AccountType.STANDARD
    )
    verification_status = models.BooleanField(_("verified"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    is_blocked = models.BooleanField(_("blocked"), default=False)
    blocked_reason = models.TextField(_("reason of the block"), blank=True, default="")
    blocked_at = models.DateTimeField(_("blocked at"), null=True, blank=True)
    deviation_score = models.DecimalField(_("deviation score"), max_digits=5, decimal_places=2, default=Decimal(0))
    requests_per_hour = models.PositiveIntegerField(
        _("requests per hour"), null=True, blank=True, help_text=_("Empty: the limit of the account type.")
    )
    last_ip = models.GenericIPAddressField(_("last address"), null=True, blank=True)
    last_activity = models.DateTimeField(_("last activity"), null=True, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True, default="")
    session_epoch = models.PositiveIntegerField(
        _("session epoch"), default=0, editable=False, help_text=_("Raised to end every session at once.")
    )
    # Derived by PostgreSQL, so that filters, psql and reports cannot disagree with the columns that decide.
    status = models.GeneratedField(
        expression=Case(
            When(is_active=False, then=Value("deleted")),
            When(is_blocked=True, then=Value("blocked")),
            default=Value("active"),
        ),
        output_field=models.CharField(_("status"), max_length=20),
        db_persist=True,
    )

    objects = AccountManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["email"]

    class Meta(TimestampedModel.Meta):
        db_table = "accounts"
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        indexes = [models.Index(fields=["is_active", "is_blocked"], name="accounts_active_blocked")]
        constraints = [
            one_of("role", Role.values, name="accounts_valid_role"),
            one_of("account_type", AccountType.values, name="accounts_valid_type"),
            models.CheckConstraint(
                condition=Q(is_blocked=False, blocked_at=None) | Q(is_blocked=True, blocked_at__isnull=False),
                name="accounts_blocked_at_iff_blocked",
            ),
        ]

    def __str__(self) -> str:
        return self.username

    @property
    def is_staff(self) -> bool:
        """Administrators may open the operations console."""
        return self.role == Role.ADMIN

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Django compares it at every request: a new password or a raised epoch ends all sessions."""
        salt = "accounts.Account.session_auth_hash"
        material = f"{self.password}|{self.session_epoch}"
        return salted_hmac(salt, material, secret=secret, algorithm="sha256").hexdigest()

    @property
    def may_act(self) -> bool:
        """Neither deleted nor blocked."""
        return self.is_active and not self.is_blocked


class ApiKeyStatus(models.TextChoices):
    """Stored state of a key; expiry is a time, not a state."""

    ACTIVE = "active", _("Active")
    REVOKED = "revoked", _("Revoked")


class ApiKey(CreatedModel):
    """A program's credential: only a peppered HMAC-SHA-256 and a visible prefix are stored.

    Rows are never deleted: tasks and the audit go on naming the key that did it.
    """

    key_id = uuid7_key()
    user = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="api_keys", verbose_name=_("owner"))
    name = models.CharField(_("name"), max_length=100)
    prefix = models.CharField(_("prefix"), max_length=16, editable=False)
    key_hash = models.CharField(_("hash"), max_length=64, unique=True, editable=False)
    status = models.CharField(_("status"), max_length=20, choices=ApiKeyStatus.choices, default=ApiKeyStatus.ACTIVE)
    # Names of `scopes.SCOPES`; a name that is no longer known allows nothing.
    permissions = models.JSONField(_("scopes"), default=list)
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used at"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        db_table = "api_keys"
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        constraints = [
            one_of("status", ApiKeyStatus.values, name="api_keys_valid_status"),
            models.CheckConstraint(
                condition=Q(status="active", revoked_at=None) | Q(status="revoked", revoked_at__isnull=False),
                name="api_keys_revoked_at_iff_revoked",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}...)"

    @property
    def is_expired(self) -> bool:
        """Past its time."""
        return self.expires_at is not None and self.expires_at <= timezone.now()

    @property
    def is_usable(self) -> bool:
        """Neither revoked nor expired."""
        return self.status == ApiKeyStatus.ACTIVE and not self.is_expired


class QuotaType(models.TextChoices):
    """What is metered."""

    REQUESTS = "requests", _("Requests")
    TOKENS = "tokens", _("Tokens")
    AUDIO_SECONDS = "audio_seconds", _("Seconds of audio")
    IMAGES = "images", _("Images")
    CHARACTERS = "characters", _("Characters")


class QuotaPeriod(models.TextChoices):
    """When the meter starts again, in UTC."""

    DAILY = "daily", _("Daily")
    MONTHLY = "monthly", _("Monthly")


class QuotaScope(models.TextChoices):
    """Whose usage a quota limits."""

    ACCOUNT = "account", _("Account")
    KEY = "key", _("API key")
    PROJECT = "project", _("Project")


class UsageQuota(TimestampedModel):
    """How much may be used in a period; `current_usage` is settled usage, the truth after Redis is lost.

    It belongs to an account, to one of its keys, or to a project, whose table stands a floor above and is only named.
    """

    quota_id = uuid7_key()
    user = models.ForeignKey(
        Account,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="usage_quotas",
        verbose_name=_("account"),
    )
    api_key = models.ForeignKey(
        ApiKey,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="usage_quotas",
        verbose_name=_("API key"),
    )
    project_id = models.UUIDField(_("project"), null=True, blank=True)
    # Generated columns: one unique index and one condition serve all three, and neither can contradict the owner.
    scope = models.GeneratedField(
        expression=Case(
            When(api_key__isnull=False, then=Value("key")),
            When(project_id__isnull=False, then=Value("project")),
            default=Value("account"),
        ),
        output_field=models.CharField(_("scope"), max_length=20, choices=QuotaScope.choices),
        db_persist=True,
    )
    scope_id = models.GeneratedField(
        expression=Coalesce("user", "api_key", "project_id"), output_field=models.UUIDField(), db_persist=True
    )
    quota_type = models.CharField(_("quota"), max_length=50, choices=QuotaType.choices)
    period = models.CharField(_("period"), max_length=20, choices=QuotaPeriod.choices)
    limit = models.PositiveBigIntegerField(_("limit"))
    current_usage = models.PositiveBigIntegerField(_("used"), default=0)
    # First day (UTC) of the next period; one in the past says that nothing was settled since.
    reset_date = models.DateField(_("resets on"))

    objects = UsageQuotaQuerySet.as_manager()

    class Meta(TimestampedModel.Meta):
        db_table = "usage_quotas"
        verbose_name = _("usage quota")
        verbose_name_plural = _("usage quotas")
        constraints = [
            models.UniqueConstraint(fields=["scope_id", "quota_type", "period"], name="usage_quotas_unique"),
            models.CheckConstraint(
                condition=Q(user__isnull=False, api_key=None, project_id=None)
                | Q(user=None, api_key__isnull=False, project_id=None)
                | Q(user=None, api_key=None, project_id__isnull=False),
                name="usage_quotas_one_scope",
                violation_error_message=_("Name an account, an API key or a project, and only one of them."),
            ),
            one_of("quota_type", QuotaType.values, name="usage_quotas_valid_type"),
            one_of("period", QuotaPeriod.values, name="usage_quotas_valid_period"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id or self.api_key_id or self.project_id} {self.quota_type} {self.period}"


class UsageReservation(CreatedModel):
    """Usage promised to work that has not ended; with `UsageQuota` it rebuilds the live counters when Redis is lost.

    `amounts` is {quota type: amount}; key and project are those of the admission, whose counters hold it as well.
    Written in the transaction that accepts the work and deleted in the one that ends it.
    """

    reservation_id = models.UUIDField(primary_key=True, editable=False)
    user = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", verbose_name=_("account"))
    api_key = models.ForeignKey(
        ApiKey, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("API key")
    )
    project_id = models.UUIDField(_("project"), null=True, db_index=True)
    amounts = models.JSONField(_("amounts"), help_text=_("Quota type to amount."))

    class Meta:
        db_table = "usage_reservations"
        verbose_name = _("usage reservation")
        verbose_name_plural = _("usage reservations")

    def __str__(self) -> str:
        return str(self.reservation_id)


class RateLimitWindow(models.Model):
    """Requests of one account to one endpoint in one window, written behind for people to look at.

    D4 calls the table `rate_limits`; the limit itself is decided in Redis.
    """

    id = uuid7_key()
    user = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", verbose_name=_("account"))
    endpoint = models.CharField(_("endpoint"), max_length=200)
    request_count = models.PositiveIntegerField(_("requests"), default=1)
    window_start = models.DateTimeField(_("from"))
    window_end = models.DateTimeField(_("until"))

    objects = RateLimitWindowQuerySet.as_manager()

    class Meta:
        db_table = "rate_limits"
        verbose_name = _("rate-limit window")
        verbose_name_plural = _("rate-limit windows")
        indexes = [models.Index(fields=["window_start", "window_end"], name="rate_limits_window")]
        constraints = [
            models.UniqueConstraint(fields=["user", "endpoint", "window_start"], name="rate_limits_unique_window")
        ]

    def __str__(self) -> str:
        return f"{self.endpoint} {self.window_start:%Y-%m-%d %H:%M}"
