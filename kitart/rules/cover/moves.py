"""What is to be done next: whom to call, remind, replace, thank; which level the ladder asks for.

Pure: the same facts, calls and levels give the same moves. Nothing is decided here: who may be
called depends on the levels that people have invoked (R18, D5); a level that is not invoked yet
comes back as wanted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from kitart.plan.schema import Plan
from kitart.rules.cover.facts import Facts
from kitart.rules.cover.proposal import Proposal, QueueProposal, propose
from kitart.rules.cover.rungs import LEVELS, RUNGS, Rung

VOICEMAIL_LEVEL = 4


@dataclass(frozen=True)
class Call:
    """An agent who was called out for a queue: where that stands (D12).

    ``state``: asked, accepted, live, later (kept in reserve), or over. ``silent`` is set once the
    next was asked because nothing came. ``until`` is the end of the agent's own standby; ``None``
    is none known. ``goes_on``: the agent's own shift in the same queue follows, so nobody else is
    needed then. ``leaving``: relief was asked for.
    """

    id: int
    agent: str
    queue: str
    rung: Rung
    state: str
    asked_at: datetime
    due_at: datetime
    silent: bool = False
    reminded: bool = False
    leaving: bool = False
    until: datetime | None = None
    goes_on: bool = False

    @property
    def in_seat(self) -> bool:
        """Whether the agent counts on the seat's side: asked and not silent, coming, or there."""
        return self.state in ("accepted", "live") or (self.state == "asked" and not self.silent)

    @property
    def refused(self) -> bool:
        """Whether asking again is pointless: no, silence, a no-show, or lost after being live."""
        over = ("declined", "lapsed", "no-show", "lost", "later")
        return self.state in over or (self.state == "asked" and self.silent)


@dataclass(frozen=True)
class Ask:
    """An agent to be called out for a queue, live by ``due_at`` at the latest."""

    agent: str
    queue: str
    rung: Rung
    due_at: datetime


@dataclass(frozen=True)
class Moves:
    """The next moves; numbers are those of calls. ``wanted`` is the level that each project's
    queues need beyond what is invoked; ``next_at`` when time alone makes another move."""

    proposal: Proposal
    ask: tuple[Ask, ...] = ()
    use_late: tuple[int, ...] = ()
    pre_alert: tuple[tuple[str, str], ...] = ()
    silent: tuple[int, ...] = ()
    remind: tuple[int, ...] = ()
    no_show: tuple[int, ...] = ()
    stand_down: tuple[int, ...] = ()
    relief: tuple[int, ...] = ()
    end: tuple[int, ...] = ()
    release: tuple[int, ...] = ()
    wanted: Mapping[str, int] = field(default_factory=dict)
    next_at: datetime | None = None

    @property
    def idle(self) -> bool:
        """Whether nothing is to be done with the calls now."""
        return not any((
            self.ask, self.use_late, self.pre_alert, self.silent, self.remind, self.no_show,
            self.stand_down, self.relief, self.end,
        ))  # fmt: skip


def next_moves(
    plan: Plan, facts: Facts, calls: Sequence[Call], levels: Mapping[str, int], now: datetime
) -> Moves:
    """The moves at ``now`` (UTC), for cover at ``facts.at``: now, or a coming opening (E36).

    ``facts`` say nothing of this incident's own calls: ``calls`` do. ``levels`` are the levels in
    force by project, 0 or missing while none is invoked.
    """
    timed = _by_time(plan, calls, now)
    current = [_after(call, timed) for call in calls]
    proposal = propose(plan, _with_calls(facts, current))
    by_queue: dict[str, list[Call]] = defaultdict(list)
    for call in current:
        by_queue[call.queue].append(call)
    due_at = max(now + timedelta(minutes=plan.limits.backup_start), facts.at)
    ask: list[Ask] = []
    late: list[int] = []
    wanted: dict[str, int] = {}
    gone: list[int] = []
    surplus: list[int] = []
    for queue in proposal.queues:
        mine = by_queue.get(queue.need.key, [])
        granted = levels.get(queue.need.project, 0)
        coming_late = _late_ones(mine, queue.uncovered)
        uncovered = queue.uncovered - len(coming_late)
        asks, missing = _seats_to_fill(queue, mine, granted, due_at, uncovered)
        ask += asks
        late += coming_late
        if missing:
            wanted[queue.need.project] = max(missing, wanted.get(queue.need.project, 0))
        thanked, live = _not_needed(queue, mine)
        gone += thanked
        surplus += live
    return Moves(
        proposal=proposal,
        ask=tuple(ask),
        use_late=tuple(late),
        pre_alert=tuple((q.need.key, agent) for q in proposal.queues for agent in q.pre_alert),
        silent=timed["silent"], remind=timed["remind"], no_show=timed["no_show"],
        relief=timed["relief"], end=timed["end"],
        stand_down=tuple(sorted(gone)),
        release=tuple(sorted(surplus)),
        wanted={p: level for p, level in wanted.items() if level > levels.get(p, 0)},
        next_at=_next(plan, current, now),
    )  # fmt: skip


def _by_time(plan: Plan, calls: Iterable[Call], now: datetime) -> dict[str, tuple[int, ...]]:
    """What time alone has done to calls (D12, E7-E9, E20)."""
    found: dict[str, list[int]] = {n: [] for n in ("silent", "remind", "no_show", "relief", "end")}
    for call in calls:
        for what, moment in _moments(plan, call):
            if moment <= now:
                found[what].append(call.id)
    # Of a call whose time is over nothing less is said.
    found["remind"] = [n for n in found["remind"] if n not in found["no_show"]]
    found["relief"] = [n for n in found["relief"] if n not in found["end"]]
    return {what: tuple(numbers) for what, numbers in found.items()}


def _moments(plan: Plan, call: Call) -> Iterable[tuple[str, datetime]]:
    """What comes of a call by itself, and when, as it stands."""
    limits = plan.limits
    if call.state == "asked" and not call.silent:
        yield "silent", call.asked_at + timedelta(minutes=limits.silent_backup)
    if call.state == "accepted":
        if not call.reminded:
            yield "remind", call.due_at - timedelta(minutes=limits.no_show_reminder_before_due)
        yield "no_show", call.due_at
    if call.state in ("accepted", "live") and call.until is not None:
        if not call.leaving and not call.goes_on:
            yield "relief", call.until - timedelta(minutes=limits.relief_warning_before_end)
        yield "end", call.until


def _next(plan: Plan, calls: Iterable[Call], now: datetime) -> datetime | None:
    coming = [at for call in calls for _, at in _moments(plan, call) if at > now]
    return min(coming, default=None)


def _after(call: Call, timed: Mapping[str, tuple[int, ...]]) -> Call:
    """The call once what its time has come for is done."""
    if call.id in timed["no_show"]:
        return replace(call, state="no-show")
    if call.id in timed["end"]:
        return replace(call, state="ended")
    if call.id in timed["silent"]:
        return replace(call, silent=True)
    if call.id in timed["relief"]:
        return replace(call, leaving=True)
    return call


def _with_calls(facts: Facts, calls: Iterable[Call]) -> Facts:
    """The facts with what this incident's own calls say: who has a seat, who is asked no more."""
    holding: dict[str, str] = {}
    said_no = set(facts.said_no)
    for call in calls:
        if call.in_seat and not call.leaving:
            holding[call.agent] = call.queue
        elif call.refused or (call.in_seat and call.leaving):
            said_no.add(call.agent)
    return replace(facts, holding=holding, said_no=frozenset(said_no - holding.keys()))


def _seats_to_fill(
    queue: QueueProposal, calls: Sequence[Call], granted: int, due_at: datetime, uncovered: int
) -> tuple[list[Ask], int]:
    """Who is called now, and the level that the rest needs; 0 when what is invoked is enough.

    ``uncovered``: seats for which nobody is left, not even somebody who comes later (E8).
    """
    in_seat = {call.agent for call in calls if call.in_seat and not call.leaving}
    asks: list[Ask] = []
    missing = 0
    for seat in queue.seats:
        level = LEVELS[seat.rung]
        if level is None:
            continue
        # Who still sits in a seat that is not short any more needs no level: they are released.
        if level > granted and queue.need.short:
            missing = max(missing, level)
        if seat.agent not in in_seat and level <= granted:
            asks.append(Ask(seat.agent, queue.need.key, seat.rung, due_at))
    if uncovered:
        missing = VOICEMAIL_LEVEL
    return asks, missing


def _late_ones(calls: Sequence[Call], uncovered: int) -> list[int]:
    """Who said "later" is used when nobody is faster, the soonest first (E8)."""
    kept = sorted((c for c in calls if c.state == "later"), key=lambda c: (c.due_at, c.id))
    return [call.id for call in kept[:uncovered]]


def _not_needed(queue: QueueProposal, calls: Sequence[Call]) -> tuple[list[int], list[int]]:
    """Who is thanked and stood down, not being live yet; and who is live beyond the need, whom
    only a person releases (E10)."""
    coming = [call for call in calls if call.in_seat and not call.leaving]
    over = len(coming) - queue.need.short
    waiting = [call for call in calls if call.state == "asked" and call.silent]
    sure = sum(call.state in ("accepted", "live") for call in coming)
    # Who has not answered yet may still say yes, as long as nobody surer has the seat.
    thanked = [call.id for call in waiting if sure >= queue.need.short]
    spare = sorted(
        (call for call in coming if call.state != "live"),
        key=lambda c: (c.state == "accepted", -RUNGS.index(c.rung), -c.id),
    )
    thanked += [call.id for call in spare[: max(0, over)]]
    live = sorted((c for c in coming if c.state == "live"), key=_worst_first)
    return thanked, [call.id for call in live[: max(0, over - len(spare))]]


def _worst_first(call: Call) -> tuple[int, int]:
    return -RUNGS.index(call.rung), -call.id
