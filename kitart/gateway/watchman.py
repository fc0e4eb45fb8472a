"""Who raises the first alarm, asks Prefect for runs, and keeps asking people until one drives.

The first page leaves the gateway right after the journal has the alert; until a run holds the
incident the same escalation is worked here, with the same message keys (DESIGN, decision 7). An
incident whose run died is given a new one (decision 9). News that was held for a person leaves here
when its time has come, whoever held it and whatever became of its incident since (D16).
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Collection, Hashable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy.orm import Session

from kitart.clock import lasts, monotonic_s, real_now, sleep_s
from kitart.installation import Installation
from kitart.journal import incidents
from kitart.journal.held_news import Address
from kitart.journal.tables import Incident
from kitart.messaging.alarm import raise_alarm
from kitart.messaging.paper import tell_to_use_paper
from kitart.messaging.releasing import due, release
from kitart.orchestrator import (
    TAKES_HOLD_AT_ONCE_WITHIN_S,
    TAKES_HOLD_WITHIN_S,
    Orchestrator,
    OrchestratorError,
)

log = logging.getLogger(__name__)

Subject = TypeVar("Subject", bound=Hashable)

# Technical limits, on real time.
LOOK_EVERY_S = 0.5
ASK_AFTER_REFUSAL_S = 1.0
ASK_FOR_RUN_AGAIN_AFTER_S = 10.0
ASK_WHETHER_COMING_EVERY_S = 5.0
"""How often Prefect is asked whether a run that is late will still begin: of many at once each such
question would make them later."""
ON_ITS_WAY_S = 20.0
"""Real seconds after which a run that does not hold its incident yet holds up no other."""
STARTS_AT_ONCE = {"sqlite": 3, "postgresql": 8}
"""How many runs may be on their way at once, by what the journal lies in. Prefect's SQLite has one
writer at a time, and everywhere its server has one core: of many that begin together each holds up
all others, and all begin late."""
SEEN_LATELY, TIMES_AS_LONG = 5, 3.0
"""A run has so many times as long to hold its incident as the slowest of so many before it took."""
MANY_ALARMS = 8
PAGES_FIRST_S = 2.0
"""While more alarms than this are on their way, runs are asked for that much later: what a run does
first takes the cores that the first pages need."""
LOOK_AGAIN_AFTER_S = 5.0
"""How long an incident in which nothing is due and nothing was written is left alone: what became
of a message that left comes without a word in the timeline."""
PAPER_AFTER_S = 60.0


@dataclass(frozen=True)
class _Rest:
    """Until when an incident may be left alone, unless its record grows meanwhile."""

    head_hash: str
    next_at: datetime | None
    until_s: float


@dataclass(frozen=True)
class _Refusals:
    """How often Prefect did not take an incident's run, and until when it is left in peace."""

    times: int = 0
    until_s: float = 0.0


@dataclass(frozen=True)
class _Coming:
    """A run that was on its way when Prefect was asked, and when to ask again."""

    run: str
    until_s: float


class Watchman:
    """Watches over incidents that no run drives."""

    def __init__(self, inst: Installation, orchestrator: Orchestrator) -> None:
        self._inst = inst
        self._orchestrator = orchestrator
        self._alarms = ThreadPoolExecutor(max_workers=8, thread_name_prefix="alarm")
        self._runs = ThreadPoolExecutor(max_workers=2, thread_name_prefix="run-request")
        # News has threads of its own: it may never hold up an alarm.
        self._news = ThreadPoolExecutor(max_workers=2, thread_name_prefix="held-news")
        self._undriven_since: dict[str, float] = {}
        self._rests: dict[str, _Rest] = {}
        self._refusals: dict[str, _Refusals] = {}
        self._coming: dict[str, _Coming] = {}
        self._asked_at_s: dict[str, float] = {}
        self._took_s: deque[float] = deque(maxlen=SEEN_LATELY)
        self._told_of_paper: set[tuple[str, int]] = set()
        self._at_work: set[tuple[str, Hashable]] = set()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchman", daemon=True)

    def start(self) -> None:
        """Begin to watch, in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Stop watching; alarms and news on their way are finished."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)
        self._alarms.shutdown(wait=True, cancel_futures=True)
        self._news.shutdown(wait=True, cancel_futures=True)
        self._runs.shutdown(wait=False, cancel_futures=True)

    def opened(self, number: str) -> None:
        """An incident was opened just now: its first alarm leaves at once."""
        self._once_at_a_time(self._alarms, self._raise, number)
        self._once_at_a_time(self._runs, self._request_run, number)

    def _watch(self) -> None:
        while not self._stop.wait(LOOK_EVERY_S):
            try:
                self.look()
            except Exception:
                # The watch must outlive whatever fails in one round (a locked journal, say).
                log.exception("the watchman's round failed; the next one follows")

    def look(self) -> None:
        """One round: every incident that no run drives is asked for and worked on, and news whose
        time has come is released."""
        self._look_after_incidents()
        for address in due(self._inst):
            self._once_at_a_time(self._news, self._release, address)

    def _look_after_incidents(self) -> None:
        now, begun_s = real_now(), monotonic_s()
        with self._inst.journal.read() as session:
            waiting = [
                i for i in incidents.unsettled(session) if not incidents.driven(i, real_now=now)
            ]
            room = self._room(session) if waiting else 0
        for gone in set(self._undriven_since) - {i.number for i in waiting}:
            del self._undriven_since[gone]
            self._rests.pop(gone, None)
            self._refusals.pop(gone, None)
            self._coming.pop(gone, None)
        self._note_how_long({i.number for i in waiting}, begun_s)
        # The oldest first: they stand in this order.
        for incident in [one for one in waiting if self._may_want_run(one)][:room]:
            self._once_at_a_time(self._runs, self._request_run, incident.number)
        for incident in waiting:
            since = self._undriven_since.setdefault(incident.number, monotonic_s())
            if incident.closed_at is not None:
                continue
            if self._something_to_do(incident):
                self._once_at_a_time(self._alarms, self._raise, incident.number)
            if monotonic_s() - since > PAPER_AFTER_S:
                self._once_at_a_time(self._alarms, self._tell_of_paper, incident.number)

    def _note_how_long(self, waiting: Collection[str], looked_at_s: float) -> None:
        """Of the runs asked for before the look, those whose incident does not wait any more."""
        for number, asked_at_s in list(self._asked_at_s.items()):
            if asked_at_s < looked_at_s and number not in waiting:
                self._asked_at_s.pop(number, None)
                self._took_s.append(looked_at_s - asked_at_s)

    def _once_at_a_time(
        self, pool: ThreadPoolExecutor, work: Callable[[Subject], None], subject: Subject
    ) -> None:
        """Have the work done by a thread of the pool, unless it is at it for this subject.

        A slow provider or a dead Prefect then holds up neither the other incidents nor the watch.
        """
        job = (work.__name__, subject)
        with self._lock:
            if job in self._at_work or self._stop.is_set():
                return
            self._at_work.add(job)

        def done() -> None:
            try:
                work(subject)
            finally:
                with self._lock:
                    self._at_work.discard(job)

        pool.submit(done)

    def _something_to_do(self, incident: Incident) -> bool:
        rest = self._rests.get(incident.number)
        return (
            rest is None
            or rest.head_hash != incident.head_hash
            or monotonic_s() >= rest.until_s
            or (rest.next_at is not None and self._inst.clock.now() >= rest.next_at)
        )

    def _raise(self, number: str) -> None:
        try:
            with self._inst.journal.read() as session:
                head_hash = incidents.get(session, number).head_hash
            next_at = raise_alarm(self._inst, number)
            # What it wrote itself makes the head another one: one more look, and then it rests.
            self._rests[number] = _Rest(head_hash, next_at, monotonic_s() + LOOK_AGAIN_AFTER_S)
        except Exception:
            # Tried again in the next round; the thread pool would swallow it silently.
            log.exception("raising the alarm of %s failed; tried again", number)

    def _release(self, address: Address) -> None:
        try:
            release(self._inst, address)
        except Exception:
            # It is still queued: the next round tries again.
            log.exception("releasing the news for %s failed; tried again", address.recipient)

    def _tell_of_paper(self, number: str) -> None:
        try:
            with self._inst.journal.read() as session:
                hold = (number, incidents.get(session, number).lease_fence)
            if hold not in self._told_of_paper and tell_to_use_paper(self._inst, number):
                self._told_of_paper.add(hold)
        except Exception:
            # As above: the next round tries again.
            log.exception("telling of the paper plan for %s failed; tried again", number)

    def _pages_first(self) -> None:
        until_s = monotonic_s() + PAGES_FIRST_S
        while self._alarms_at_work() > MANY_ALARMS and monotonic_s() < until_s:
            sleep_s(0.05)

    def _alarms_at_work(self) -> int:
        with self._lock:
            return sum(name == self._raise.__name__ for name, _ in self._at_work)

    def _request_run(self, number: str) -> None:
        try:
            self._pages_first()
            incident = self._claimed(number)
            if incident is None:
                return
            request = incident.runs_requested
            try:
                run = self._orchestrator.start(incident, request)
            except OrchestratorError as error:
                log.warning("%s: %s; tried again", number, error)
                self._take_back(number, request)
                return
            self._refusals.pop(number, None)
            self._asked_at_s.setdefault(number, monotonic_s())
            with self._inst.journal.write(about=number) as session:
                incidents.get(session, number).requested_run = run
        except Exception:
            log.exception("asking for a run of %s failed; tried again", number)

    def _take_back(self, number: str, request: int) -> None:
        """A Prefect that is busy for a moment is asked again in a moment; one that stays away less
        and less often."""
        refusals = self._refusals.get(number, _Refusals()).times
        pause_s = min(ASK_AFTER_REFUSAL_S * 2**refusals, ASK_FOR_RUN_AGAIN_AFTER_S)
        self._refusals[number] = _Refusals(refusals + 1, monotonic_s() + pause_s)
        with self._inst.journal.write(about=number) as session:
            incidents.take_back_run_request(session, number, request)

    def _claimed(self, number: str) -> Incident | None:
        """The incident with a claim on asking for its next run; ``None`` if none is wanted."""
        with self._inst.journal.read() as session:
            seen = incidents.get(session, number)
            room = self._room(session)
        if not room or not self._wants_run(seen):
            return None
        with self._inst.journal.write(heard=False) as session:
            if not self._room(session):  # others may have asked meanwhile
                return None
            incident = incidents.get(session, number)
            claimed = incidents.claim_run_request(
                session, incident, real_now=real_now(), not_again_for_s=ASK_FOR_RUN_AGAIN_AFTER_S
            )
        return incident if claimed else None

    def _room(self, session: Session) -> int:
        """How many more runs may be on their way than are."""
        most = STARTS_AT_ONCE[self._inst.journal.engine.dialect.name]
        coming = incidents.on_their_way(session, ON_ITS_WAY_S, real_now=real_now())
        return max(0, most - coming)

    def _may_want_run(self, incident: Incident) -> bool:
        """Whether nobody drives it, and nobody asked just now: neither for a run, nor whether one
        is coming."""
        number, asked = incident.number, incident.run_requested_at
        if incidents.driven(incident, real_now=real_now()):
            return False
        if monotonic_s() < self._refusals.get(number, _Refusals()).until_s:
            return False
        coming = self._coming.get(number)
        if coming and coming.run == incident.requested_run and monotonic_s() < coming.until_s:
            return False
        again = timedelta(seconds=ASK_FOR_RUN_AGAIN_AFTER_S)
        return asked is None or not lasts(asked, again, real_now())

    def _wants_run(self, incident: Incident) -> bool:
        """Whether it may want one, and no run that was asked for may still begin."""
        if not self._may_want_run(incident):
            return False
        run = incident.requested_run
        if incident.run_requested_at is None or run is None or run == incident.run_id:
            return True
        if not self._orchestrator.still_coming(run, self._takes_hold_within_s()):
            return True
        again_s = monotonic_s() + ASK_WHETHER_COMING_EVERY_S
        self._coming[incident.number] = _Coming(run, again_s)
        return False

    def _takes_hold_within_s(self) -> float:
        """On a machine that is busy a run that lives takes longer, and one more would make it
        busier still."""
        usual_s = TIMES_AS_LONG * max(self._took_s, default=0.0)
        return min(TAKES_HOLD_WITHIN_S, max(TAKES_HOLD_AT_ONCE_WITHIN_S, usual_s))
