"""Every legal clock of an incident: who is bound, whom to tell, since when, by when (reports §5).

Pure. The tool shows and reminds; whether a duty applies, and from when on somebody knew, is a
person's recorded word. A clock without it is "not started", and says what is missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from kitart.rules.legal import periods
from kitart.rules.legal.matter import (
    ALL,
    ALL_REGIMES,
    COMPANY,
    STAFF,
    Bound,
    Matter,
    Notice,
    Said,
    client_in,
    towards,
)

BREACH, AUTHORITY, PEOPLE = "gdpr-33-2", "gdpr-33-1", "gdpr-34"
EARLY, NOTIFICATION, FINAL = "nis2-early", "nis2-notification", "nis2-final"
INITIAL, INTERMEDIATE, DORA_FINAL = "dora-initial", "dora-intermediate", "dora-final"
CONTRACT = "contract"
DUTIES = (BREACH, AUTHORITY, PEOPLE, EARLY, NOTIFICATION, FINAL, INITIAL, INTERMEDIATE, DORA_FINAL,
          CONTRACT)  # fmt: skip
INITIAL_AFTER_CLASSIFIED, INITIAL_AFTER_AWARE = 4, 24
"""Hours of DORA's initial notification; the earlier end counts, a later classification alone
once the 24 hours are over (Article 5(1)(a), (2) of Delegated Regulation (EU) 2025/301)."""


class State(StrEnum):
    """How a clock stands."""

    NOT_STARTED = "not started"
    RUNNING = "running"
    MISSED = "missed"
    """Still to be done, and late."""
    IN_TIME = "done in time"
    LATE = "done late"
    NOT_APPLICABLE = "not applicable"


class Why(StrEnum):
    """Why a clock has not started, or does not apply."""

    NO_AWARENESS = "no moment of awareness is recorded"
    NOT_DECIDED = "whether personal data were hit is not decided"
    RISK_OPEN = "the risk for the people concerned is not decided"
    NOT_CLASSIFIED = "it is not classified as a major incident"
    NOT_MAJOR = "it is classified as no major incident"
    NOT_SUBMITTED = "what it counts from has not been submitted"
    NO_DATA = "no personal data hit"
    NOT_HIGH = "no high risk for the people concerned"
    UNLIKELY = "a risk for the people concerned is unlikely"
    OUT_OF_SCOPE = "the regime does not apply to this incident"
    WAIVED = "decided not to notify"


@dataclass(frozen=True)
class Clock:
    """One duty of one who is bound. ``due`` is ``None`` where the law names no hours, or while it
    has not started; ``reason`` is the recorded one of a decision."""

    duty: str
    scope: str
    state: State
    starts_at: datetime | None = None
    due: datetime | None = None
    notice: Notice | None = None
    why: Why | None = None
    reason: str = ""
    by_contract: bool = False
    """The contract fixes the hours that the law leaves open."""

    @property
    def bound(self) -> str:
        """Who is bound: the company, or a client's code."""
        return COMPANY if self.scope.startswith(COMPANY) else self.scope

    @property
    def client(self) -> str | None:
        """The client that the clock concerns."""
        return client_in(self.scope)

    @property
    def open(self) -> bool:
        """Whether something is still to be done."""
        return self.state in (State.RUNNING, State.MISSED)

    @property
    def late_by(self) -> timedelta | None:
        """How late it was done."""
        if self.state is not State.LATE or self.notice is None or self.due is None:
            return None
        return self.notice.at - self.due


def clocks(
    matter: Matter, company: Bound, clients: Mapping[str, Bound], now: datetime
) -> tuple[Clock, ...]:
    """The clocks that may run for an incident that touches these clients, at ``now`` (UTC)."""
    desk = _Desk(matter, now)
    found = [clock for code, bound in clients.items() for clock in _towards(desk, code, bound)]
    if company.own_staff_data:
        found += desk.controller(STAFF, (STAFF,), (STAFF, COMPANY))
    if desk.in_scope(COMPANY, "nis2", company.nis2):
        found += desk.nis2(COMPANY, company)
    for code, bound in clients.items():
        found += desk.controller(code, (code, ALL), (code,))
        if desk.in_scope(code, "nis2", bound.nis2):
            found += desk.nis2(code, bound)
        if desk.in_scope(code, "dora", bound.dora):
            found += desk.dora(code, bound)
    return tuple(found)


def _towards(desk: _Desk, code: str, bound: Bound) -> Iterator[Clock]:
    scope = towards(code)
    yield desk.breach(scope, code, bound)
    if bound.incident_hours is not None:
        aware = desk.aware((scope, COMPANY), "contract")
        yield desk.clock(
            CONTRACT, scope, aware.at if aware else None,
            _hours(aware, bound.incident_hours, bound), missing=Why.NO_AWARENESS, by_contract=True,
        )  # fmt: skip


def _hours(aware: Said | None, hours: int | None, bound: Bound) -> datetime | None:
    if aware is None or hours is None:
        return None
    if bound.business is not None:
        return periods.business_hours_after(aware.at, hours, bound.business)
    return periods.hours_after(aware.at, hours)


@dataclass(frozen=True)
class _Desk:
    matter: Matter
    now: datetime

    def in_scope(self, scope: str, regime: str, settled: bool) -> bool:
        """Whether a regime is looked at: settled in the plan, or recorded to apply."""
        said = self.matter.applies.get((scope, regime))
        return settled or (said is not None and said.answer == "yes")

    def aware(self, scopes: tuple[str, ...], regime: str) -> Said | None:
        """The moment of awareness: of the very duty and scope before one of all."""
        for scope in scopes:
            for of in (regime, ALL_REGIMES):
                if (scope, of) in self.matter.aware:
                    return self.matter.aware[scope, of]
        return None

    def breach(self, scope: str, code: str, bound: Bound) -> Clock:
        """GDPR 33(2): the company as processor tells its client; the contract fixes the hours."""
        aware = self.aware((scope, COMPANY), "gdpr")
        return self.of_breach(
            BREACH, scope, (code, ALL), aware, _hours(aware, bound.breach_hours, bound),
            by_contract=bound.breach_hours is not None,
        )  # fmt: skip

    def controller(self, scope: str, hit: tuple[str, ...], scopes: tuple[str, ...]) -> list[Clock]:
        """GDPR 33(1) and 34: the controller tells the authority, and the people if need be."""
        aware = self.aware(scopes, "gdpr")
        risk = self.matter.risk.get(scope)
        due = periods.hours_after(aware.at, 72) if aware else None
        unlikely = risk if risk is not None and risk.answer == "unlikely" else None
        authority = self.of_breach(
            AUTHORITY, scope, hit, aware, due, not_needed=unlikely, because=Why.UNLIKELY
        )
        # The risk is what starts it, not the breach; there are no hours in the law.
        high = risk if risk is not None and risk.answer == "high" else None
        people = self.of_breach(
            PEOPLE, scope, hit, high, None, missing=Why.RISK_OPEN,
            not_needed=risk if risk is not None and high is None else None, because=Why.NOT_HIGH,
        )  # fmt: skip
        return [authority, people]

    def of_breach(
        self,
        duty: str,
        scope: str,
        hit: tuple[str, ...],
        start: Said | None,
        due: datetime | None,
        *,
        missing: Why = Why.NO_AWARENESS,
        not_needed: Said | None = None,
        because: Why = Why.NO_DATA,
        by_contract: bool = False,
    ) -> Clock:
        """A clock that only runs where personal data may be hit, by the word on the scope."""
        said = next((self.matter.affected[s] for s in hit if s in self.matter.affected), None)
        if said is not None and said.answer == "no":
            not_needed, because = said, Why.NO_DATA
        if said is None and start is None:
            missing = Why.NOT_DECIDED
        return self.clock(
            duty, scope, start.at if start else None, due, missing=missing,
            not_needed=not_needed, because=because, by_contract=by_contract,
        )  # fmt: skip

    def nis2(self, scope: str, bound: Bound) -> list[Clock]:
        """NIS2 Article 23(4): 24 and 72 hours of awareness, a month of the notification."""
        aware, out = self.aware((scope,), "nis2"), self.out(scope, "nis2")
        start = aware.at if aware else None
        sent = self.sent(scope, NOTIFICATION)[:1]
        return [
            *(
                self.clock(
                    duty, scope, start, periods.hours_after(start, hours) if start else None,
                    missing=Why.NO_AWARENESS, not_needed=out, because=Why.OUT_OF_SCOPE,
                )
                for duty, hours in ((EARLY, 24), (NOTIFICATION, 72))
            ),
            self.clock(
                FINAL, scope, *_month(sent, bound),
                missing=Why.NOT_SUBMITTED, not_needed=out, because=Why.OUT_OF_SCOPE,
            ),
        ]  # fmt: skip

    def dora(self, scope: str, bound: Bound) -> list[Clock]:
        """DORA Article 19: counted from the classification, then from each report as submitted."""
        aware, major = self.aware((scope,), "dora"), self.matter.classified.get(scope)
        out, because = self.out(scope, "dora"), Why.OUT_OF_SCOPE
        if out is None and major is not None and major.answer == "no":
            out, because, major = major, Why.NOT_MAJOR, None
        first = next(iter(self.sent(scope, INITIAL)), None)
        # The intermediate report may have been brought up to date: the last one counts.
        last = self.sent(scope, INTERMEDIATE)[-1:]
        return [
            self.clock(
                INITIAL, scope, major.at if major else None, _initial(major, aware),
                missing=Why.NOT_CLASSIFIED, not_needed=out, because=because,
            ),
            self.clock(
                INTERMEDIATE, scope, first.at if first else None,
                periods.hours_after(first.at, 72) if first else None,
                missing=Why.NOT_SUBMITTED, not_needed=out, because=because,
            ),
            self.clock(
                DORA_FINAL, scope, *_month(last, bound, periods.NOON),
                missing=Why.NOT_SUBMITTED, not_needed=out, because=because,
            ),
        ]  # fmt: skip

    def sent(self, scope: str, duty: str) -> tuple[Notice, ...]:
        """What was notified for a duty, the earliest first."""
        return self.matter.notices.get((scope, duty), ())

    def out(self, scope: str, regime: str) -> Said | None:
        """The word that a regime does not apply to this incident."""
        said = self.matter.applies.get((scope, regime))
        return said if said is not None and said.answer == "no" else None

    def clock(
        self,
        duty: str,
        scope: str,
        start: datetime | None,
        due: datetime | None,
        *,
        missing: Why,
        not_needed: Said | None = None,
        because: Why = Why.NO_DATA,
        by_contract: bool = False,
    ) -> Clock:
        """A clock with its state. What was done counts before all else, then who decided."""
        notice = next(iter(self.sent(scope, duty)), None)
        waived = self.matter.waived.get((scope, duty))
        if notice is not None:
            late = due is not None and notice.at > due
            return Clock(
                duty, scope, State.LATE if late else State.IN_TIME, start, due, notice,
                by_contract=by_contract,
            )  # fmt: skip
        if waived is not None:
            not_needed, because = waived, Why.WAIVED
        if not_needed is not None:
            return Clock(
                duty, scope, State.NOT_APPLICABLE, why=because, reason=not_needed.reason,
                by_contract=by_contract,
            )  # fmt: skip
        if start is None:
            return Clock(duty, scope, State.NOT_STARTED, why=missing, by_contract=by_contract)
        missed = due is not None and self.now > due
        return Clock(
            duty, scope, State.MISSED if missed else State.RUNNING, start, due,
            by_contract=by_contract,
        )  # fmt: skip


def _month(
    sent: tuple[Notice, ...], bound: Bound, moved_to: time = periods.MIDNIGHT
) -> tuple[datetime | None, datetime | None]:
    """From when on a month counts, and its end."""
    if not sent:
        return None, None
    workdays = periods.working_day(bound.country)
    return sent[0].at, periods.month_after(sent[0].at, bound.zone, workdays, moved_to)


def _initial(major: Said | None, aware: Said | None) -> datetime | None:
    if major is None:
        return None
    classified = periods.hours_after(major.at, INITIAL_AFTER_CLASSIFIED)
    if aware is None:
        return classified
    latest = periods.hours_after(aware.at, INITIAL_AFTER_AWARE)
    return classified if major.at > latest else min(classified, latest)
