"""Driving one incident: the lease, waiting on the journal, and steps beside one another.

A plan is a few strands (coroutines) that run beside one another in one flow run: leading,
telling the client, watching the system. A strand waits on the journal, never on another strand,
so that a run begun anew finds everything where the last one left it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import weakref
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ParamSpec, TypeVar

from prefect.context import SyncClientContext
from prefect.runtime import flow_run
from sqlalchemy.orm import Session

from flows.holding import keep_hold
from kitart.clock import monotonic_s, nap_async, nap_unless, real_now
from kitart.installation import Installation, installation
from kitart.journal import incidents, timeline
from kitart.journal.database import Lease, went_away
from kitart.journal.watching import JournalWatch
from kitart.messaging import releasing
from kitart.plan.schema import Plan, System
from kitart.reports.facts import IncidentFacts
from kitart.reports.gathering import gather

T = TypeVar("T")
P = ParamSpec("P")

log = logging.getLogger(__name__)

JOURNAL_AWAY_S = 120.0
"""Real seconds for which a run waits for PostgreSQL to come back, before it ends and is begun anew.
Its hold lapses meanwhile: where another run can reach the journal, that one drives on."""
LOOK_EVERY_S = 0.05
LOOK_IF_TOLD_EVERY_S = 0.5
"""Where the journal tells of writes by itself: ten times fewer looks, and each is a wake-up."""
RESTS_FOR, LONGEST_REST_S = 3.0, 2.0
"""After a look a run rests so many times as long as the look took, but no longer than that: where
thousands write about an incident, most of the time must be for the steps themselves."""
RELEASE_EVERY_S = 5.0
THREADS = 20
"""Fewer than a process may have connections to the journal (``AT_MOST``): where all steps wait at
the incident's row, one is left for the strands and for the hold."""

# The drives of this process, for whoever wants to see whether they are at work or waiting.
DRIVES: weakref.WeakSet[Drive] = weakref.WeakSet()


@dataclass(eq=False)
class _Waiting:
    """A strand that goes on at a moment of the plan's clock, or when the journal answers."""

    by: datetime | None
    question: Callable[[Session], Any] | None
    woken: asyncio.Future[Any]

    def is_over(self, now: datetime) -> bool:
        return self.by is not None and now >= self.by


class Drive:
    """One run's hold on one incident.

    Its strands wait together: one look at the journal and the clock for all of them, many times a
    second, and each is woken when there is something for it.
    """

    def __init__(self, inst: Installation, lease: Lease, plan: Plan) -> None:
        self.inst = inst
        self.lease = lease
        self.incident = lease.incident
        self.plan = plan
        self.writes = 0
        self.busy = 0
        # Looks in a row at which nothing had been written and no step was at work.
        self.rests = 0
        self._looks_at: datetime | None = None
        self.stirred = asyncio.Event()
        """Set when a strand begins to wait: the next moment may be another one."""
        # In the order in which they began to wait, and so they are woken: the same each time.
        self._waiting: dict[_Waiting, None] = {}
        self._facts: tuple[tuple[int, datetime], IncidentFacts] | None = None

    @property
    def now(self) -> datetime:
        """The plan's time; that of the look while all strands' questions are put."""
        return self._looks_at or self.inst.clock.now()

    @property
    def system(self) -> System:
        """The incident's system, as the plan has it."""
        return self.plan.system(self.read(lambda s: incidents.get(s, self.incident).system_id))

    @property
    def clients(self) -> tuple[str, ...]:
        """The clients whose projects the incident's system touches, in the plan's order."""
        touched = [project.client for project in self.plan.projects_affected_by(self.system.id)]
        return tuple(dict.fromkeys(touched))

    def read(self, question: Callable[[Session], T]) -> T:
        """What the journal answers now."""
        return self.inst.journal.ask(question)

    def facts(self, session: Session) -> IncidentFacts:
        """The incident's facts, gathered once for all strands that ask after the same write."""
        moment = (self.writes, self.now.replace(second=0, microsecond=0))
        if self._facts is None or self._facts[0] != moment:
            self._facts = (moment, gather(session, self.plan, self.incident, self.now))
        return self._facts[1]

    async def step(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a task in a thread of its own, so that a slow one holds up no other strand."""
        self.busy += 1
        self.rests = 0
        try:
            return await asyncio.to_thread(work, *args, **kwargs)
        finally:
            self.busy -= 1

    async def until(
        self, question: Callable[[Session], T | None], by: datetime | None = None
    ) -> T | None:
        """Wait until the journal answers, or until the moment ``by``; then ``None``.

        The question is put again whenever the journal was written to; the wait ends when the
        run is cancelled.
        """
        # "by" is looked at before the journal: what was written before it counts.
        late = by is not None and self.now >= by
        answer = self.read(question)
        if not answer and not late:
            answer = await self._wait(by, question)
        return answer or None

    async def sleep_until(self, moment: datetime) -> None:
        """Wait until a moment of the plan's clock."""
        while self.now < moment:
            await self._wait(moment, None)

    async def _wait(
        self, by: datetime | None, question: Callable[[Session], T | None] | None
    ) -> T | None:
        waiting = _Waiting(by, question, asyncio.get_running_loop().create_future())
        self._waiting[waiting] = None
        self.stirred.set()
        try:
            return await waiting.woken  # type: ignore[no-any-return]
        finally:
            self._waiting.pop(waiting, None)

    def wake(self, *, written: bool) -> bool:
        """Wake every strand whose moment has come, and after a write those that the journal now
        answers; whether anything was asked or woken."""
        now = self.now
        due = [each for each in self._waiting if not each.woken.done()]
        due = [each for each in due if (written and each.question) or each.is_over(now)]
        self._looks_at = now  # so that what one question worked out holds for the next
        try:
            self._ask([each for each in due if each.question], now)
        finally:
            self._looks_at = None
        for each in due:
            if each.question is None:
                each.woken.set_result(None)
        return bool(due)

    def _ask(self, waiting: Sequence[_Waiting], now: datetime) -> None:
        """Put the questions to the journal as it stands now: all in one transaction, which costs a
        run that only waits a tenth of as many."""
        left, asked_anew = list(waiting), False
        while left:
            with self.inst.journal.read() as session:
                while left:
                    each = left.pop()
                    assert each.question is not None
                    try:
                        answer = each.question(session)
                    except Exception as error:
                        if went_away(error) and not asked_anew:
                            left.append(each)
                            asked_anew = True
                            break
                        # Its strand hears of it; others ask in a transaction that is whole.
                        each.woken.set_exception(error)
                        break
                    if answer or each.is_over(now):
                        each.woken.set_result(answer)

    @property
    def next_moment(self) -> datetime | None:
        """The first moment of the plan's clock that a strand waits for."""
        return min((each.by for each in self._waiting if each.by is not None), default=None)


@contextlib.asynccontextmanager
async def driving(incident: str) -> AsyncIterator[Drive | None]:
    """Hold the incident while the block runs; ``None`` when another run holds it.

    Raises ``LeaseLost`` out of the block's next write when the incident was taken over.
    """
    inst = installation()
    inst.journal.patience_s = JOURNAL_AWAY_S
    run = str(flow_run.get_id() or f"local-{id(asyncio.current_task())}")
    with inst.journal.write() as session:
        lease = incidents.take_lease(session, incident, run, real_now=real_now())
        if lease is not None:
            incidents.get(session, incident).run_id = run
            timeline.append(
                session,
                incident,
                incidents.RUN_TOOK_OVER if lease.fence > 1 else incidents.RUN_BEGAN,
                "The plan's steps are now carried out by the plan's run",
                now=inst.clock.now(),
                data={"run": run, "fence": lease.fence},
                key=f"run:{lease.fence}",
            )
    if lease is None:
        yield None
        return
    # Steps wait on the network: one slow system must not take all threads from the others.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS))
    drive = Drive(inst, lease, inst.plan_of(incident))
    DRIVES.add(drive)
    watch = inst.journal.watch(incident)
    try:
        # One client of Prefect's API for all steps: else each makes its own, TLS context included,
        # and that costs more than most steps.
        with SyncClientContext.get_or_create():
            async with beside(keep_hold(inst, lease), _listen(drive, watch), _release_news(inst)):
                yield drive
    finally:
        DRIVES.discard(drive)
        watch.close()
        inst.journal.patience_s = 0.0
        _let_go(inst, lease)


@contextlib.asynccontextmanager
async def beside(*strands: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run strands beside the block and end them with it; a failure of one ends the block."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(strand) for strand in strands]
        yield
        for task in tasks:
            task.cancel()


async def together(*strands: Coroutine[Any, Any, Any]) -> None:
    """Run strands beside one another until all have ended; a failure of one ends all."""
    async with asyncio.TaskGroup() as group:
        for strand in strands:
            group.create_task(strand)


@contextlib.contextmanager
def first_of_group() -> Iterator[None]:
    """Raise the first failure itself, not the group that strands raise it in."""
    try:
        yield
    except BaseExceptionGroup as group:
        failure: BaseException = group
        while isinstance(failure, BaseExceptionGroup):
            failure = failure.exceptions[0]
        raise failure from group


async def _release_news(inst: Installation) -> None:
    """Held news is the gateway's to release; where none is alive, a run does it."""

    def once() -> None:
        try:
            for address in releasing.due(inst):
                releasing.release(inst, address)
        except Exception:
            # It is still queued, and no plan may end because a piece of news can't be sent.
            log.exception("releasing held news failed; tried again")

    while True:
        await asyncio.sleep(RELEASE_EVERY_S)
        await asyncio.to_thread(once)


def _let_go(inst: Installation, lease: Lease) -> None:
    try:
        with inst.journal.write(about=lease.incident) as session:
            incidents.release_lease(session, lease)
    except Exception as error:
        # It lapses by itself in a few seconds; what ended the run must not be hidden by this.
        log.warning("the lease of %s could not be given back: %s", lease.incident, error)


async def _listen(drive: Drive, watch: JournalWatch) -> None:
    while True:
        # Not in a thread: the connection is closed by this one, and must be in nobody's hands then.
        written = watch.changed()
        drive.writes += written
        begun_s = monotonic_s()
        woken = drive.wake(written=written)
        took_s = monotonic_s() - begun_s
        drive.rests = 0 if written or woken or drive.busy else drive.rests + 1
        await asyncio.sleep(min(LONGEST_REST_S, RESTS_FOR * took_s))
        await _rest(drive, watch)


async def _rest(drive: Drive, watch: JournalWatch) -> None:
    """Until the journal was written to, or a strand waits for another moment; or for a look."""
    told_at = watch.fileno()
    if told_at is None:
        await nap_async(drive.inst.clock, drive.next_moment, LOOK_EVERY_S)
        return
    drive.stirred.clear()
    loop = asyncio.get_running_loop()
    loop.add_reader(told_at, drive.stirred.set)
    try:
        await nap_unless(drive.stirred, drive.inst.clock, drive.next_moment, LOOK_IF_TOLD_EVERY_S)
    finally:
        loop.remove_reader(told_at)
