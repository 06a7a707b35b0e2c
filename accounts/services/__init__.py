"""Every write of the accounts app."""

from accounts.services.accounts import (
    change_password,
    create_account,
    create_first_admin,
    find_by_sign_in_name,
    note_activity,
    sign_out_everywhere,
    update_account,
    update_profile,
)
from accounts.services.errors import (
    AccountStopped,
    InvalidAccount,
    InvalidKey,
    QuotaExceeded,
    RateLimited,
    WrongAccountState,
)
from accounts.services.keys import (
    AuthenticatedKey,
    aauthenticate_key,
    authenticate_key,
    create_api_key,
    revoke_api_key,
)
from accounts.services.limits import (
    Admission,
    ProjectLimits,
    aadmit,
    admit,
    answer_headers,
    limit_headers,
)
from accounts.services.quotas import ensure_quotas, rebuild_counters, rebuild_scope, reconcile_counters, set_quota
from accounts.services.sign_in import admit_sign_in, forget_sign_in_attempts
from accounts.services.standing import block_account, delete_account, restore_account, unblock_account
from accounts.services.usage import hold_usage, refund_usage, release_usage, settle_usage, settle_usage_ahead
from accounts.services.windows import flush_rate_windows, prune_rate_windows

__all__ = [
    "AccountStopped", "Admission", "AuthenticatedKey", "InvalidAccount", "InvalidKey", "ProjectLimits", "QuotaExceeded",
    "RateLimited", "WrongAccountState", "aadmit", "aauthenticate_key", "admit", "admit_sign_in", "answer_headers",
    "authenticate_key", "block_account", "change_password", "create_account", "create_api_key", "create_first_admin",
    "delete_account", "ensure_quotas", "find_by_sign_in_name", "flush_rate_windows", "forget_sign_in_attempts",
    "hold_usage", "limit_headers", "note_activity", "prune_rate_windows", "rebuild_counters", "rebuild_scope",
    "reconcile_counters", "refund_usage", "release_usage", "restore_account", "revoke_api_key", "set_quota",
    "settle_usage", "settle_usage_ahead", "sign_out_everywhere", "unblock_account", "update_account", "update_profile",
]  # fmt: skip
