"""Keeping the hold on an incident, in a thread that neither steps nor strands can hold up (D21)."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress

from sqlalchemy.exc import TimeoutError as PoolTimeout

from kitart.clock import monotonic_s, real_now
from kitart.installation import Installation
from kitart.journal import incidents
from kitart.journal.database import Lease, went_away

SEEN_EVERY_S = 1.0
STUCK_AFTER_S = 120.0
"""Real seconds after which a run whose strands had no turn is stuck: it lets its hold lapse, and
another run begins. On a machine that is far too busy a turn may take half a minute."""
LAST_WORD_S = 2.0


async def keep_hold(inst: Installation, lease: Lease) -> None:
    """Renew the hold until this is cancelled.

    On a busy machine the strands' loop comes to its turn late, and all threads of steps may wait
    for the incident's row: the run must not lose its hold for either, as another one would begin
    and make all slower still. Raises ``LeaseLost`` when another run has it, and what else the
    journal raises, but that it went away.
    """
    loop = asyncio.get_running_loop()
    lost: asyncio.Future[None] = loop.create_future()
    stop = threading.Event()
    seen_s = monotonic_s()

    def fails(error: BaseException) -> None:
        if not lost.done():
            lost.set_exception(error)

    def keep() -> None:
        while not stop.wait(incidents.LEASE_RENEWAL_S):
            if monotonic_s() - seen_s > STUCK_AFTER_S:
                continue
            try:
                renew(inst, lease)
            except Exception as error:
                with suppress(RuntimeError):  # the loop has ended, and nobody asks any more
                    loop.call_soon_threadsafe(fails, error)
                return

    thread = threading.Thread(target=keep, name="hold", daemon=True)
    thread.start()
    try:
        while not lost.done():
            seen_s = monotonic_s()
            await asyncio.wait({lost}, timeout=SEEN_EVERY_S)
        lost.result()
    finally:
        stop.set()
        thread.join(LAST_WORD_S)  # else it might take again what is given back now
        lost.cancel()


def renew(inst: Installation, lease: Lease) -> None:
    """Once; raises ``LeaseLost`` when another run has it."""
    try:
        with inst.journal.write(heard=False) as session:
            incidents.renew_lease(session, lease, real_now=real_now())
    except Exception as error:
        # The hold lapses later than it is renewed the next time.
        if not (went_away(error) or isinstance(error, PoolTimeout)):
            raise
