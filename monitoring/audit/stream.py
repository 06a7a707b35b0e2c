"""Beginning and end of a model call, written to the persisted stream `audit:interactions` before and after it."""

from uuid import UUID

import redis

from config.common.problems import Unavailable
from config.common.redis import async_redis_client, redis_client
from monitoring.audit.entries import InteractionEnd, InteractionStart, encode_end, encode_start

STREAM = "audit:interactions"
#: Names of an entry's one field.
BEGIN, END = "b", "e"


class AuditDown(Unavailable):
    """The call cannot be recorded, so it must not be made: metered work never fails open."""

    code = "audit_unavailable"
    title = "Requests cannot be recorded at the moment, so none is carried out. Try again."


def begin_interaction(entry: InteractionStart) -> None:
    """Record that a call is about to be made, in one Redis command; raises AuditDown when that failed."""
    payload = encode_start(entry)
    try:
        redis_client().xadd(STREAM, {BEGIN: payload})
    except redis.exceptions.RedisError as error:
        raise AuditDown from error


def end_interaction(interaction_id: UUID, entry: InteractionEnd) -> None:
    """Record how the call ended, in one Redis command; raises AuditDown when that failed.

    The first end counts. A call without one is completed as `error` with the code `abandoned` after a while, which an
    end that comes still later corrects.
    """
    payload = encode_end(interaction_id, entry)
    try:
        redis_client().xadd(STREAM, {END: payload})
    except redis.exceptions.RedisError as error:
        raise AuditDown from error


async def abegin_interaction(entry: InteractionStart) -> None:
    """As `begin_interaction`, on the event loop."""
    payload = encode_start(entry)
    try:
        await async_redis_client().xadd(STREAM, {BEGIN: payload})
    except redis.exceptions.RedisError as error:
        raise AuditDown from error


async def aend_interaction(interaction_id: UUID, entry: InteractionEnd) -> None:
    """As `end_interaction`, on the event loop."""
    payload = encode_end(interaction_id, entry)
    try:
        await async_redis_client().xadd(STREAM, {END: payload})
    except redis.exceptions.RedisError as error:
        raise AuditDown from error
