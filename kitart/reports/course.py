"""How the incident went for one client: worked out from the facts by the rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from kitart.reports.facts import DivertFacts, IncidentFacts, ProjectEffect, ProofFacts
from kitart.reports.terms import N_
from kitart.rules.outages import Episode, State, episodes, is_unstable
from kitart.rules.verdicts import (
    RTO_LEVEL_4,
    RtoResult,
    RtoTarget,
    ShortCover,
    Verdict,
    judge,
    not_applicable,
    rto_results,
    worst,
)

RTO_SOURCE = N_("the plan's objective for cover levels 1 to 3; it names none for a system outage")
LEVEL_4_SOURCE = N_("the plan's objective for voicemail (cover level 4)")

NO_EFFECT = "no effect inside service hours"
NOT_OURS = "its owner repairs it"
NO_PROCEDURE = "the plan has no steps of its own for missing inputs, and no objective"

StateWord = Literal[
    "investigating",
    "cause identified",
    "cover in place",
    "recovering",
    "monitoring",
    "recovered",
    "false alarm",
]


@dataclass(frozen=True)
class ProjectCourse:
    """One project: when service failed, came back, was proved, and held."""

    effect: ProjectEffect
    restored: datetime | None
    proved_at: datetime | None
    held: bool
    rto: tuple[RtoResult, ...]
    no_objective: str = NO_EFFECT
    """Why there is no objective, where there is none."""

    @property
    def recovered(self) -> bool:
        """Restored, proved by a call, and held for the stable time."""
        return self.restored is not None and self.proved_at is not None and self.held

    @property
    def verdict(self) -> Verdict:
        """The verdict on recovery: the most serious of all objectives ever in force (A17)."""
        if not self.rto:
            return not_applicable(self.no_objective)
        return worst(each.verdict for each in self.rto)


@dataclass(frozen=True)
class EpisodeCourse:
    """One episode with its own verdict (E35)."""

    episode: Episode
    verdict: Verdict


@dataclass(frozen=True)
class Course:
    """The course for one client."""

    facts: IncidentFacts
    client_id: str
    now: datetime
    state: State
    episodes: tuple[EpisodeCourse, ...]
    projects: tuple[ProjectCourse, ...]

    @property
    def starts(self) -> datetime | None:
        """When the first of this client's projects felt it, None while none has (E36)."""
        moments = (p.effect.effect_start for p in self.projects)
        return min((m for m in moments if m and m <= self.now), default=None)

    @property
    def restored(self) -> datetime | None:
        """When the last of this client's projects came back, None while one hasn't."""
        moments = [p.restored for p in self.projects]
        return None if None in moments else max((m for m in moments if m), default=None)

    @property
    def tested_at(self) -> datetime | None:
        """When the last line was proved, None while one isn't."""
        moments = [p.proved_at for p in self.projects]
        return None if None in moments else max((m for m in moments if m), default=None)

    @property
    def recovered(self) -> bool:
        """Whether every project of this client is back, proved and stable."""
        return bool(self.projects) and all(p.recovered for p in self.projects)

    @property
    def divert(self) -> DivertFacts | None:
        """The furthest advanced divert for this client that hasn't ended."""
        mine = {p.effect.project_id for p in self.projects} | {None}
        live = [d for d in self.facts.diverts if d.project_id in mine and d.ended_at is None]
        live = [d for d in live if d.ordered_at or d.executed_at or d.verified_at]
        return max(live, key=lambda d: (d.active, d.executed_at is not None), default=None)

    @property
    def diverted(self) -> bool:
        """Whether a divert proved by a call covers every project of this client."""
        proved = {d.project_id for d in self.facts.diverts if d.active}
        mine = {p.effect.project_id for p in self.projects}
        return bool(mine) and (None in proved or mine <= proved)

    @property
    def covered(self) -> bool:
        """Whether somebody sits in for those who are out, or voicemail answers, on every line of
        this client that is open; how many seats are still empty stands with each queue (D11)."""
        mine = [queue for queue in self.facts.cover if queue.touched and queue.open]
        return bool(mine) and all(
            queue.by_rung or queue.voicemail.on or queue.situation == "usual" for queue in mine
        )

    @property
    def word(self) -> StateWord:
        """The state in one word (b2)."""
        if self.facts.false_alarm:
            return "false alarm"
        if self.recovered:
            return "recovered"
        if self.restored is not None:
            return "monitoring" if self.tested_at is not None else "recovering"
        if self.diverted or self.covered:
            return "cover in place"
        return "cause identified" if self.facts.cause.strip() else "investigating"

    @property
    def verdict(self) -> Verdict:
        """The most serious verdict of this client's projects."""
        return worst(p.verdict for p in self.projects)


def course_of(facts: IncidentFacts, client_id: str, now: datetime) -> Course:
    """The course of ``facts`` for a client at ``now``."""
    stable = timedelta(minutes=facts.stable_minutes)
    states = [(each.at, each.state) for each in facts.states]
    found = episodes(states, now=now, stable=stable)
    projects = tuple(
        _project(facts, effect, found, now, stable) for effect in facts.effects_of(client_id)
    )
    return Course(
        facts=facts,
        client_id=client_id,
        now=now,
        state=_state(states, now),
        episodes=_episodes(facts, found, projects, now),
        projects=projects,
    )


def _state(states: list[tuple[datetime, State]], now: datetime) -> State:
    if is_unstable(states, now=now):
        return "unstable"
    past = sorted((each for each in states if each[0] <= now), key=lambda each: each[0])
    return past[-1][1] if past else "unknown"


def _project(
    facts: IncidentFacts,
    effect: ProjectEffect,
    found: tuple[Episode, ...],
    now: datetime,
    stable: timedelta,
) -> ProjectCourse:
    restored = _restored(effect, found, now)
    proved = _proved_at(facts, effect, restored, now)
    held = restored is not None and now - restored >= stable
    if found and restored == found[-1].restored:
        held = found[-1].held
    if facts.system.at_home:
        # Own agents are back, but a line may still be on voicemail or a level in force.
        held = held and facts.normal_at is not None
    results: tuple[RtoResult, ...] = ()
    if facts.system.managed_by == "client":
        return ProjectCourse(effect, restored, proved, held, results, NOT_OURS)
    if facts.system.is_input:
        return ProjectCourse(effect, restored, proved, held, results, NO_PROCEDURE)
    if facts.cover:
        mine = [queue for queue in facts.cover if queue.project_id == effect.project_id]
        if not facts.false_alarm:
            results = tuple(each.result() for queue in mine for each in queue.objectives)
        return ProjectCourse(effect, restored, proved, held, results)
    if effect.effect_start is not None and not facts.false_alarm:
        results = rto_results(
            effect.effect_start,
            targets_of(facts, effect.effect_start),
            restored,
            now=now,
            awaiting_proof=not (held and proved),
            short_cover=_short_cover(effect),
        )
    return ProjectCourse(effect, restored, proved, held, results)


def targets_of(facts: IncidentFacts, start: datetime) -> tuple[RtoTarget, ...]:
    """The objectives in force: 0.5 h from the start, and level 4's since voicemail was ordered."""
    first = RtoTarget(timedelta(minutes=facts.rto_minutes), start, RTO_SOURCE)
    voicemail = min((c.at for c in facts.level_changes if c.level == 4), default=None)
    if voicemail is None:
        return (first,)
    return first, RtoTarget(RTO_LEVEL_4, max(start, voicemail), LEVEL_4_SOURCE)


def _restored(effect: ProjectEffect, found: tuple[Episode, ...], now: datetime) -> datetime | None:
    ended = effect.effect_end
    relapsed = bool(found) and ended is not None and _fails_after(found, ended)
    if ended is not None and ended <= now and not relapsed:
        return ended
    return found[-1].restored if found else None


def _fails_after(found: tuple[Episode, ...], moment: datetime) -> bool:
    last = found[-1]
    return last.start > moment or any(down.start > moment for down in last.downs)


def _proved_at(
    facts: IncidentFacts, effect: ProjectEffect, restored: datetime | None, now: datetime
) -> datetime | None:
    if restored is None:
        return None
    proofs = sorted(
        (
            each
            for each in facts.proofs
            if facts.system.proved_by(each.factor)
            and each.project_id == effect.project_id
            and restored <= each.at <= now
        ),
        key=lambda each: each.at,
    )
    lines: list[str | None] = []
    for queue in effect.queues if facts.system.carries_calls else ():
        lines.extend(queue.lines if queue.affected else ())
    lines = lines or [None]
    moments = [_first_lasting(proofs, line) for line in lines]
    return None if None in moments else max(m for m in moments if m)


def _first_lasting(proofs: list[ProofFacts], line: str | None) -> datetime | None:
    """The first success since the last failure, on this line or for the whole project."""
    proved: datetime | None = None
    for proof in proofs:
        if line is not None and proof.line not in (line, None):
            continue
        if not proof.ok:
            proved = None
        elif proved is None:
            proved = proof.at
    return proved


def _short_cover(effect: ProjectEffect) -> ShortCover | None:
    affected = [queue for queue in effect.queues if queue.affected]
    known = [
        (queue.seats_filled, queue.seats_needed)
        for queue in affected
        if queue.seats_filled is not None and queue.seats_needed is not None
    ]
    if not known:
        return None
    filled = sum(min(filled, needed) for filled, needed in known)
    minutes = max(queue.minutes_below_need for queue in affected)
    return ShortCover(filled, sum(needed for _, needed in known), minutes)


def _episodes(
    facts: IncidentFacts,
    found: tuple[Episode, ...],
    projects: tuple[ProjectCourse, ...],
    now: datetime,
) -> tuple[EpisodeCourse, ...]:
    """Each episode counts from its own start, but not from before the effect (E36)."""
    first = min((p.effect.effect_start for p in projects if p.effect.effect_start), default=None)
    limit = timedelta(minutes=facts.rto_minutes)
    none = NO_EFFECT if first is None or facts.false_alarm else ""
    if facts.system.managed_by == "client":
        none = NOT_OURS
    if facts.system.is_input:
        none = NO_PROCEDURE
    return tuple(
        EpisodeCourse(
            episode,
            not_applicable(none)
            if none or first is None
            else judge(
                max(first, episode.start),
                limit,
                episode.restored,
                now=now,
                awaiting_proof=not episode.held,
            ),
        )
        for episode in found
    )
