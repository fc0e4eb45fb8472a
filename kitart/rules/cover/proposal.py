"""What the ladder proposes: who, why, why not the others, and what stays empty (R18-R42, D5, D11).

Nothing is decided here: the account manager does that (R18, D5).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from kitart.language import Phrase, phrase
from kitart.plan.schema import Plan
from kitart.rules.cover.choosing import Chosen, choose
from kitart.rules.cover.eligibility import Candidate, Eligibility
from kitart.rules.cover.facts import Facts
from kitart.rules.cover.levels import highest, level_of, most_are_out
from kitart.rules.cover.needs import Need, needs, on_shift
from kitart.rules.cover.pool import Pool
from kitart.rules.cover.presence import Presence
from kitart.rules.cover.rungs import CMT_FROM_LEVEL, RUNGS, Rung


@dataclass(frozen=True)
class Seat:
    """An agent proposed for a seat: on which rung, until when (UTC) by the own standby (E20).

    ``loses_reserve``: the other queues that counted on the agent and no longer can (E1).
    """

    agent: str
    rung: Rung
    until: datetime | None
    loses_reserve: tuple[str, ...]


@dataclass(frozen=True)
class QueueProposal:
    """One queue: what it needs, who is proposed, what stays empty, and who was looked at.

    ``pre_alert``: backups to warn while a seat hangs on a forecast (A4, E11). ``next_step`` says
    what happens to calls that nobody is left for: there is one always (E15, E46).
    """

    need: Need
    seats: tuple[Seat, ...]
    pre_alert: tuple[str, ...]
    uncovered: int
    level: int | None
    next_step: Phrase | None
    look: Callable[[], tuple[Candidate, ...]] = field(compare=False, repr=False)

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """Everybody looked at for an empty seat, by rung, the fit first; worked out when read."""
        return self.look()

    @property
    def assigned(self) -> tuple[str, ...]:
        """Codes of the agents proposed, best rung first."""
        return tuple(seat.agent for seat in self.seats)


@dataclass(frozen=True)
class Proposal:
    """The whole answer. ``out_of_rostered``: how many of those on shift are out, of how many."""

    queues: tuple[QueueProposal, ...]
    level: int | None
    out_of_rostered: tuple[int, int]
    most_out: bool

    @property
    def levels_by_project(self) -> dict[str, int | None]:
        """Each project's own level (E4, A28)."""
        levels: dict[str, int | None] = {}
        for queue in self.queues:
            project = queue.need.project
            levels[project] = highest((levels.get(project), queue.level))
        return levels

    @property
    def needs_cmt(self) -> bool:
        """Whether the CMT is to be contacted (R31, R37, A28)."""
        return self.level is not None and self.level >= CMT_FROM_LEVEL


def propose(plan: Plan, facts: Facts) -> Proposal:
    """The proposal for the facts: the same whatever their order. Pure.

    Raises ``KeyError`` in plain words when the facts name an agent that the plan hasn't.
    """
    known = {agent.id for agent in plan.agents}
    for each in facts.out:
        if each.agent not in known:
            raise KeyError(f"the plan has no agent {each.agent!r}")
    presence = Presence(facts.at)
    rules = Eligibility(plan, facts, presence)
    pool = Pool(plan, rules)
    found = needs(plan, facts, presence)
    chosen = choose(found, facts, pool, plan.limits)
    queues = tuple(_queue(need, chosen, pool, presence) for need in found)
    at_work = {agent.id for agent in on_shift(plan, presence)}
    gone = len(at_work & {each.agent for each in facts.out})
    return Proposal(
        queues=queues,
        level=highest(queue.level for queue in queues),
        out_of_rostered=(gone, len(at_work)),
        most_out=most_are_out(gone, len(at_work), plan.limits.most_agents_share),
    )


def _queue(need: Need, chosen: Chosen, pool: Pool, presence: Presence) -> QueueProposal:
    picked = chosen.seats.get(need.key, ())
    seats = tuple(
        Seat(
            agent=code,
            rung=rung,
            until=None if rung is Rung.RELOCATE else presence.standby_until(pool.agent(code)),
            loses_reserve=() if rung is Rung.RELOCATE else tuple(
                key for key in pool.agent(code).standby_queues if key != need.key
            ),
        )
        for code, rung in picked
    )  # fmt: skip
    uncovered = max(0, need.short - len(seats))
    return QueueProposal(
        need=need,
        seats=seats,
        pre_alert=chosen.pre_alert.get(need.key, ()),
        uncovered=uncovered,
        # Cover that stays on beside those who are back is no shortage any more (D7 is the flow's).
        level=level_of((seat.rung for seat in seats), uncovered) if need.short else None,
        next_step=_next_step(need, len(seats)) if uncovered else None,
        look=lambda: _looked_at(need, pool, chosen),
    )


def _looked_at(need: Need, pool: Pool, chosen: Chosen) -> tuple[Candidate, ...]:
    if not need.short:
        return ()
    looked = [_told(candidate, need, chosen) for candidate in pool.candidates(need)]
    return tuple(
        sorted(
            looked,
            key=lambda each: (
                RUNGS.index(each.rung), not each.eligible, pool.place(each, need), each.agent
            ),
        )
    )  # fmt: skip


def _told(candidate: Candidate, need: Need, chosen: Chosen) -> Candidate:
    """The candidate, with where else a fit one is proposed."""
    elsewhere = chosen.queue_of.get(candidate.agent)
    if not candidate.eligible or elsewhere in (None, need.key):
        return candidate
    return Candidate(candidate.agent, candidate.rung, True, lambda: phrase(
        "fits, and is proposed for {queue}", queue=elsewhere or ""))  # fmt: skip


def _next_step(need: Need, covered: int) -> Phrase:
    answered = len(need.live) + covered
    if not need.permits.voicemail:
        return phrase(
            "{client} does not permit voicemail: callers hear the announcement agreed with the "
            "client; the CMT decides",
            client=need.client,
        )
    if answered:
        return phrase(
            "{answered} of {needed} seats answer calls; what they can't take goes to voicemail if "
            "the account manager says so",
            answered=answered, needed=need.needed,
        )  # fmt: skip
    return phrase(
        "calls of this queue alone go to voicemail if the account manager says so; the CMT is told"
    )
