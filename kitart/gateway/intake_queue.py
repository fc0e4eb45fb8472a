"""Posts that come while the journal is being written are taken together in its next transaction.

In a storm the disk is then waited for once for many posts. Each is answered after the commit that
holds it, as one alone is; and they wait in no thread, so that pages and answers go on.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from kitart.alerts.intake import Accepted, Post, accept_all
from kitart.installation import Installation

AT_ONCE = 50
"""The most in one transaction: whoever else writes waits for it."""

Waiting = tuple[Post, asyncio.Future[Accepted]]


class IntakeQueue:
    """The posts of one gateway on their way into the journal."""

    def __init__(self, inst: Installation) -> None:
        self._inst = inst
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="intake")
        self._waiting: list[Waiting] = []
        self._work: asyncio.Task[None] | None = None

    async def accept(self, post: Post) -> Accepted:
        """What became of the post, once the journal has it; raises as ``intake.accept`` does."""
        loop = asyncio.get_running_loop()
        coming: asyncio.Future[Accepted] = loop.create_future()
        self._waiting.append((post, coming))
        if self._work is None or self._work.done():
            self._work = loop.create_task(self._take_all())
        return await coming

    def stop(self) -> None:
        """Take no more; what is being written is finished."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    async def _take_all(self) -> None:
        while self._waiting:
            together, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
            try:
                became = await asyncio.get_running_loop().run_in_executor(
                    self._pool, self._take, [post for post, _ in together]
                )
            except Exception as error:
                # Nobody may be left waiting, whatever went wrong.
                became = [error for _ in together]
            for (_, coming), what in zip(together, became, strict=True):
                if coming.done():  # the sender went away; its post was taken all the same
                    continue
                if isinstance(what, Exception):
                    coming.set_exception(what)
                else:
                    coming.set_result(what)

    def _take(self, together: list[Post]) -> list[Accepted | Exception]:
        return accept_all(self._inst.journal, together, now=self._inst.clock.now())
