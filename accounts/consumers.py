"""What every socket of a person does: it lets them in, looks at their rights again, and says when it broke."""

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from channels.generic.websocket import AsyncJsonWebsocketConsumer

from accounts.models import Account

logger = logging.getLogger(__name__)

#: Close codes: 4401 not signed in, 4403 no longer allowed, 1011 as in RFC 6455.
NOT_SIGNED_IN = 4401
NO_LONGER_ALLOWED = 4403
INTERNAL_ERROR = 1011
#: Rights are looked at again this often at least while a socket is open.
RECHECK_SECONDS = 30.0


class PersonConsumer(AsyncJsonWebsocketConsumer):
    """One socket of `account`, with its jobs by name; they end with it. Subclasses fill `begin` and `receive_json`."""

    account: Account

    async def connect(self) -> None:
        """Only for people who are signed in and may act."""
        user: object = self.scope["user"]
        self.jobs: dict[str, asyncio.Task[None]] = {}
        # Accepted even to be refused: browsers do not tell a page the code of a handshake that failed.
        await self.accept()
        # A lazy user is not an Account by type, only by what it stands for.
        if not isinstance(user, Account) or not user.may_act:
            await self.close(NOT_SIGNED_IN)
            return
        self.account = user
        self.start_job("recheck", self._recheck)
        self.begin()

    def begin(self) -> None:
        """The person is in: start what runs as long as the socket is open."""

    async def forget_unseen(self) -> None:
        """Rights are looked at again: let go of what the person may no longer see."""

    async def disconnect(self, code: int) -> None:
        """End every job."""
        # Awaited after the cancel: each leaves its channel on its way out, and Redis would else keep sending to nobody.
        jobs = tuple(self.jobs.values())
        for job in jobs:
            job.cancel()
        await asyncio.gather(*jobs, return_exceptions=True)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: Any) -> None:
        """Empty and binary frames are invalid frames too."""
        await self.receive_json(await self.decode_json(text_data or ""))

    @classmethod
    async def decode_json(cls, text_data: str) -> Any:
        """Malformed text becomes an invalid frame instead of ending the socket."""
        with contextlib.suppress(ValueError, RecursionError):
            return await super().decode_json(text_data)
        return None

    def start_job(self, name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run it beside the others until it ends or the socket does."""
        job = self.jobs[name] = asyncio.create_task(self._at_the_edge(work))
        job.add_done_callback(partial(self._forget, name))

    def _forget(self, name: str, job: "asyncio.Task[None]") -> None:
        """A job that has ended makes room for the next one."""
        if self.jobs.get(name) is job:
            del self.jobs[name]

    async def _at_the_edge(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        try:
            await work()
        except Exception:
            # A page that is not told would wait for ever; closed, it connects and asks again.
            logger.exception("accounts.socket.crashed", extra={"path": self.scope["path"]})
            await self.close(INTERNAL_ERROR)

    async def _recheck(self) -> None:
        """Close when the person was blocked."""
        while True:
            # Many sockets open at once, after a restart for instance; their questions need not come at once.
            await asyncio.sleep(RECHECK_SECONDS * random.uniform(0.5, 1))  # noqa: S311  (hides nothing)
            account = await Account.objects.filter(pk=self.account.pk).afirst()
            if account is None or not account.may_act:
                await self.close(NO_LONGER_ALLOWED)
                return
            await self.forget_unseen()
