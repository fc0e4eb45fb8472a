"""A telephone outage on 23 November 2026 that hits four projects of four clients."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from kitart.reports.facts import (
    AmTold,
    CallFacts,
    ClientFacts,
    Contact,
    CorrectiveAction,
    DecisionFacts,
    DivertFacts,
    EarlierReport,
    ErtContact,
    IncidentFacts,
    MessageFacts,
    PriorityFacts,
    PrivacyAnswer,
    ProjectEffect,
    ProofFacts,
    QueueFacts,
    SupplierFacts,
    SystemFacts,
    SystemState,
    TimelineEntry,
    counted,
    estimated,
    measured,
    not_available,
)

LINES = {
    "ALPHA": {"de": ("+49 30 5550101",), "fr": ("+33 1 5550102",)},
    "BRAVO": {"en": ("+44 20 5550121",), "de": ("+49 30 5550122",)},
    "CHARLIE": {"hu": ("+36 1 5550131",)},
    "DELTA": {"fr": ("+33 1 5550141",), "it": ("+39 02 5550142",)},
}
CLIENTS = {"ALPHA": "CL-1", "BRAVO": "CL-2", "CHARLIE": "CL-3", "DELTA": "CL-4"}
NAMES = {"CL-1": "Elektro Nord", "CL-2": "Isle Travel", "CL-3": "Duna Home", "CL-4": "Rue Shop"}
ZONES = {
    "CL-1": "Europe/Berlin",
    "CL-2": "Europe/London",
    "CL-3": "Europe/Budapest",
    "CL-4": "Europe/Paris",
}


def at(text: str, day: int = 23) -> datetime:
    """A moment of the sample day in UTC: "14:05"."""
    hour, minute = map(int, text.split(":"))
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def outage(**changes: Any) -> IncidentFacts:
    """The outage as known while it lasts; ``changes`` replace fields."""
    contact = Contact(role="AM-2", phone="+44 20 5550199", until=at("22:00"))
    values: dict[str, Any] = {
        "number": "INC-0142",
        "kind": "vital systems offline",
        "system": SystemFacts(id="VCC", name="our telephone system"),
        "reported_at": at("14:01"),
        "detected_by": "our monitoring",
        "clients": tuple(
            ClientFacts(
                id=client,
                name=NAMES[client],
                zone=ZONES[client],
                contact=contact,
                recipients=("client duty desk",),
            )
            for client in NAMES
        ),
        "effects": tuple(
            ProjectEffect(
                project_id=project,
                client_id=CLIENTS[project],
                queues=tuple(QueueFacts(lang=k, lines=v) for k, v in lines.items()),
                effect_start=at("14:00"),
                effect_start_kind="measured",
            )
            for project, lines in LINES.items()
        ),
        "priority": PriorityFacts(value="P1", state="decided", by_role="ERT-1", at=at("14:06")),
        "states": (SystemState(at=at("14:00"), state="down", source="monitoring"),),
        "ert": (
            ErtContact(
                role="ERT-1", asked_at=at("14:01"), due_at=at("14:06"), acknowledged_at=at("14:03")
            ),
        ),
        "am_told": tuple(
            AmTold(project_id=p, due_at=at("14:06"), told_at=at("14:04"), channel="sms")
            for p in LINES
        ),
        "timeline": (
            entry(1, "14:01", "alert", "Monitoring reports the telephone system down."),
            entry(2, "14:03", "acknowledged", "ERT-1 takes the incident; AM-2 is informed."),
            entry(3, "14:05", "internal", "AG-047 says the fault is at BRAVO.", client_safe=False),
            entry(4, "14:07", "note", "BRAVO callers are told by the carrier.", project="BRAVO"),
            entry(5, "14:05", "supplier", "Ticket opened with the supplier.", recorded="14:11"),
        ),
        "supplier": SupplierFacts(
            name="the telephone provider",
            ticket="T-9931",
            statement="We are looking at a fault in one data centre.",
            stated_at=at("14:10"),
        ),
        "diverts": (DivertFacts(kind="recorded notice", ordered_at=at("14:09")),),
        "calls": tuple(
            CallFacts(
                project_id=p,
                lang=lang,
                offered=not_available("VCC is down; the carrier's records are awaited"),
                answered=measured(0),
                abandoned=estimated(12, "usual calls of the hour"),
                voicemails_left=counted(0),
                voicemails_returned=counted(0),
            )
            for p, lines in LINES.items()
            for lang in lines
        ),
        "next_update_at": at("14:45"),
        "privacy": PrivacyAnswer(),
    }
    return IncidentFacts(**{**values, **changes})


def entry(
    seq: int,
    when: str,
    kind: str,
    text: str,
    *,
    recorded: str | None = None,
    project: str | None = None,
    client_safe: bool = True,
) -> TimelineEntry:
    """A timeline entry, client-safe unless said otherwise."""
    return TimelineEntry(
        seq=seq,
        occurred_at=at(when),
        recorded_at=at(recorded or when),
        type=kind,
        author_role="ERT-1",
        source="monitoring",
        text=text,
        audience="client-safe" if client_safe else "internal",
        project_id=project,
    )


def test_calls(when: str) -> tuple[ProofFacts, ...]:
    """A successful test call on each line."""
    return tuple(
        ProofFacts(
            factor="calls reach VCC",
            project_id=project,
            line=line,
            kind="call record",
            at=at(when),
            by_role="SUP-3",
            ok=True,
        )
        for project, lines in LINES.items()
        for each in lines.values()
        for line in each
    )


test_calls.__test__ = False  # type: ignore[attr-defined]


def restored(up: str = "14:11", tested: str = "14:14", **changes: Any) -> IncidentFacts:
    """The outage, over at ``up`` and proved at ``tested``."""
    states = (
        SystemState(at=at("14:00"), state="down", source="monitoring"),
        SystemState(at=at(up), state="up", source="monitoring"),
    )
    values: dict[str, Any] = {
        "states": states,
        "proofs": test_calls(tested),
        "normal_at": at(tested),
        "closing_report_due": date(2026, 11, 30),
        **changes,
    }
    return outage(**values)


def closed() -> IncidentFacts:
    """The outage with everything that a closing report needs."""
    return restored(
        up="14:38",
        tested="14:41",
        cause="A failed change in one data centre of the supplier, as the supplier's report shows.",
        next_update_at=None,
        diverts=(
            DivertFacts(
                kind="recorded notice",
                ordered_at=at("14:09"),
                executed_at=at("14:17"),
                verified_at=at("14:19"),
                ended_at=at("14:45"),
            ),
        ),
        messages=tuple(
            MessageFacts(
                purpose="First notification",
                to_role="client duty desk",
                channel="mail",
                due_at=at("14:15"),
                sent_at=at("14:13"),
                client_id=client,
            )
            for client in NAMES
        ),
        decisions=(
            DecisionFacts(
                what="Divert to a recorded notice",
                answer="yes",
                by_role="AM-2",
                at=at("14:09"),
                reason="no forecast from the supplier",
                audience="client-safe",
            ),
        ),
        earlier_reports=tuple(
            EarlierReport(
                client_id=c, type="first-notification", number=1, version=1, sent_at=at("14:13")
            )
            for c in NAMES
        ),
        corrective_actions=(
            CorrectiveAction(
                number=1,
                finding="The divert took 8 minutes to set.",
                action="Agree a standing order with the carrier.",
                owner_role="IT-MGR",
                due=date(2026, 12, 15),
                check="Divert active in 5 minutes at the next exercise.",
                audience="client-safe",
            ),
        ),
        privacy=PrivacyAnswer(
            answer="no", reason="No data were lost or opened.", by_role="AM-2", at=at("15:10")
        ),
        attachments=("Call statistics of the day",),
    )


@pytest.fixture
def moment() -> Callable[..., datetime]:
    """``at`` for tests."""
    return at


@pytest.fixture
def make() -> Callable[..., IncidentFacts]:
    """``outage`` for tests."""
    return outage


@pytest.fixture
def make_restored() -> Callable[..., IncidentFacts]:
    """``restored`` for tests."""
    return restored


@pytest.fixture
def closed_facts() -> IncidentFacts:
    """``closed`` for tests."""
    return closed()
