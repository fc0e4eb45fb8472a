"""Legal clocks and what was recorded of them, in words: for pages, reports and the assessment.

The same few lines serve all readers; who lays them out shows the moments in its own zone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kitart.journal.legal import Recorded
from kitart.language import Phrase, in_language, phrase
from kitart.plan.roles import role_name
from kitart.plan.schema import Plan
from kitart.reports import facts as f
from kitart.reports.moments import hours_minutes
from kitart.reports.privacy import without_codes
from kitart.rules.legal import words
from kitart.rules.legal.clocks import Clock, State
from kitart.rules.legal.matter import ALL, Matter, Said, towards
from kitart.rules.legal.parties import clocks_of

IDLE = (State.NOT_STARTED, State.NOT_APPLICABLE)
"""The states of clocks that did not begin to run."""
BY_US = phrase("by us")
BY_CLIENT = phrase("by you, as you told us")


@dataclass(frozen=True)
class NoticeLine:
    """A notification that was made."""

    duty: str
    party: str
    to: str
    at: datetime
    channel: str
    reference: str
    note: str
    seq: int | None = None


@dataclass(frozen=True)
class ClockLine:
    """A clock in one language; the moments stay values."""

    id: str
    duty: str
    article: str
    limit: str
    party: str
    to: str
    state: State
    state_words: str
    why: str
    starts_at: datetime | None
    due: datetime | None
    done_at: datetime | None
    open: bool


def clocks_in(plan: Plan, recorded: Recorded, now: datetime) -> tuple[Clock, ...]:
    """The clocks of an incident as its record and its plan give them at ``now``."""
    return clocks_of(plan, recorded.incident.system_id, recorded.matter, now)


def names(plan: Plan) -> dict[str, str]:
    """The clients' names by their codes."""
    return {client.id: client.name for client in plan.clients}


def line(clock: Clock, plan: Plan, language: str) -> ClockLine:
    """A clock in words of a language."""
    known = names(plan)
    notice = clock.notice
    return ClockLine(
        id=f"{clock.duty}-{clock.scope}".replace("/", "-"),
        duty=in_language(words.TITLES[clock.duty], language),
        article=in_language(words.ARTICLES[clock.duty], language),
        limit=in_language(words.limit(clock), language),
        party=in_language(words.party(clock.scope, known), language),
        to=in_language(words.to_whom(clock, known), language),
        state=clock.state,
        state_words=in_language(_state(clock), language),
        why=without_codes(in_language(_why(clock), language), language),
        starts_at=clock.starts_at,
        due=clock.due,
        done_at=notice.at if notice else None,
        open=clock.open,
    )


def _state(clock: Clock) -> Phrase:
    late = clock.late_by
    if late is None:
        return words.state(clock)
    return phrase("done late, by {time} h", time=hours_minutes(late)[0])


def _why(clock: Clock) -> Phrase:
    if clock.why is None:
        return Phrase("")
    why = words.REASONS[clock.why]
    return phrase("{why}: {reason}", why=why, reason=clock.reason) if clock.reason else why


def notices(matter: Matter, plan: Plan, language: str) -> list[NoticeLine]:
    """Every notification that was made, the earliest first."""
    known = names(plan)
    found = [
        NoticeLine(
            duty=in_language(words.TITLES[duty], language),
            party=in_language(words.party(scope, known), language),
            to=without_codes(each.to, language), at=each.at, channel=each.channel,
            reference=each.reference, note=without_codes(each.note, language),
            seq=each.seq,
        )
        for (scope, duty), sent in matter.notices.items()
        for each in sent
    ]  # fmt: skip
    return sorted(found, key=lambda each: each.at)


def urgent(clocks: Sequence[Clock]) -> Phrase | None:
    """One line about the clocks that run or are missed; ``None`` where there is none."""
    missed = sum(clock.state is State.MISSED for clock in clocks)
    running = sum(clock.state is State.RUNNING for clock in clocks)
    if missed:
        return phrase("Legal clocks: {missed} over time, {running} running",
                      missed=missed, running=running)  # fmt: skip
    return phrase("Legal clocks: {running} running", running=running) if running else None


def privacy(matter: Matter, scope: str = ALL) -> f.PrivacyAnswer | None:
    """Whether personal data were hit, by a person's word on the incident, or on one client alone;
    ``None`` where nobody gave one."""
    said = matter.affected.get(scope)
    if said is None:
        return None
    return f.PrivacyAnswer(
        answer=_ANSWERS[said.answer], reason=said.reason, by_role=role_name(said.role), at=said.at
    )


_ANSWERS: dict[str, f.AnswerOfPrivacy] = {
    "no": "no", "being checked": "being checked", "yes": "yes",
}  # fmt: skip


def facts_of(plan: Plan, recorded: Recorded, clients: Sequence[str]) -> tuple[f.LegalFacts, ...]:
    """What each client's reports say of data protection and law: c14. Nothing of another's."""
    return tuple(
        f.LegalFacts(
            client_id=client,
            privacy=privacy(recorded.matter, client),
            notices=tuple(
                f.NoticeFacts(duty=duty, to=each.to, at=each.at, channel=each.channel,
                              reference=each.reference, by_client=scope == client)
                for (scope, duty), sent in recorded.matter.notices.items()
                if scope in (client, towards(client))
                for each in sent
            ),
        )
        for client in clients
    )  # fmt: skip


def told(facts: f.IncidentFacts, client: str, language: str) -> tuple[NoticeLine, ...]:
    """The notifications that concern a client, for its own report: c14."""
    found = [each for part in facts.legal if part.client_id == client for each in part.notices]
    return tuple(
        NoticeLine(
            duty=in_language(words.TITLES[each.duty], language),
            party=in_language(BY_CLIENT if each.by_client else BY_US, language),
            to=each.to, at=each.at, channel=each.channel, reference=each.reference, note="",
        )
        for each in sorted(found, key=lambda each: each.at)
    )  # fmt: skip


def latest_answer(matter: Matter) -> Said | None:
    """The last word on whether personal data were hit, whomever it was about."""
    return max(matter.affected.values(), key=lambda said: said.recorded_at, default=None)
