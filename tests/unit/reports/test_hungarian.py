"""The reports as a Hungarian client reads them: all of it in Hungarian (A23, D26)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup

from kitart.reports import facts as f
from kitart.reports.closing_report import build_closing_report
from kitart.reports.editions import AUTHOR
from kitart.reports.first_notification import build_first_notification
from kitart.reports.gathering_calls import NOT_YET
from kitart.reports.rendering import Document, render
from kitart.reports.status_update import build_status_update
from kitart.reports.telling import PROVED, WORDS
from kitart.reports.wording import Wording
from tests import catalogues

At = Callable[..., datetime]
Make = Callable[..., f.IncidentFacts]

# Small words that hardly an English sentence does without, and no Hungarian one holds.
ENGLISH = re.compile(
    r"\b(the|and|of|to|by|from|until|since|with|our|your|you|we|not|no|none|yet|been|was|were|"
    r"calls?|agents?|lines?|system|time|due|sent|available)\b",
    re.IGNORECASE,
)
SYSTEMS = {
    "phone": f.SystemFacts(id="VCC", name="Virtual Call Center", probe="vcc"),
    "documents": f.SystemFacts(
        id="SP", name="SharePoint Online", carries_calls=False, probe="sharepoint"
    ),
    "client-managed": f.SystemFacts(
        id="CRM", name="Duna CRM", managed_by="client", carries_calls=False
    ),
    "other": f.SystemFacts(id="MAIL", name="Exchange", carries_calls=False),
}


HELD_VALUES = {
    "answer": "P1", "note": "a keresés hibával áll le", "contact_role": "ügyeletes",
}  # fmt: skip


def timeline(at: At) -> tuple[f.TimelineEntry, ...]:
    """An entry of every sentence that a client may be told."""
    texts = [*WORDS.values(), *PROVED.values()]
    return tuple(
        f.TimelineEntry(
            seq=seq, occurred_at=at("14:01"), recorded_at=at("14:20" if seq % 2 else "14:01"),
            type="", author_role=("ERT-1", "monitor grafana", "Kitart")[seq % 3],
            source=("monitor", "person", "system", "our own check")[seq % 4], text=text,
            values=tuple(HELD_VALUES.items()), audience="client-safe",
        )
        for seq, text in enumerate(texts)
    )  # fmt: skip


def rich(make: Make, at: At, **changes: Any) -> f.IncidentFacts:
    """An outage with something in every field; what people typed is Hungarian."""
    plain = make()
    figures = {
        "offered": f.not_available(NOT_YET), "answered": f.measured(12500),
        "abandoned": f.estimated(12, "a szokásos hívásszám alapján"),
        "voicemails_left": f.counted(0), "voicemails_returned": f.counted(0),
    }  # fmt: skip
    values: dict[str, Any] = {
        "kind": "vital systems offline",
        "system": SYSTEMS["phone"],
        "detected_by": "monitor alertmanager",
        "clients": tuple(
            c.model_copy(update={"language": "hu", "recipients": ("garancia",)})
            for c in plain.clients
        ),
        "effects": tuple(
            e.model_copy(
                update={
                    "effect_start_kind": "detection only",
                    "queues": tuple(
                        q.model_copy(update={"seats_needed": 3, "seats_filled": 2})
                        for q in e.queues
                    ),
                }
            )
            for e in plain.effects
        ),
        "timeline": timeline(at),
        "supplier": f.SupplierFacts(name="Telefon Kft."),
        "calls": tuple(c.model_copy(update=figures) for c in plain.calls),
        "decisions": tuple(
            f.DecisionFacts(
                what=what, answer=answer, by_role="AM-2", at=at("14:09"), audience="client-safe"
            )
            for what, answer in (
                ("Priority of the incident", "False alarm"),
                ("Order the carrier divert?", "Order the divert"),
                ("Order the carrier divert?", "No divert"),
            )
        ),
        "earlier_reports": tuple(
            f.EarlierReport(
                client_id=c.id, type="", number=1, version=1, sent_at=at("14:00")
            )
            for c in plain.clients
        ),
        "messages": tuple(
            f.MessageFacts(
                purpose="First notification", to_role="", channel="mail", client_id=c.id,
                due_at=at("14:15"),
            )
            for c in plain.clients
        ),
        "corrective_actions": (
            f.CorrectiveAction(
                number=1, finding="Lassú volt.", action="Gyorsítani kell.", owner_role="IT-MGR",
                due=date(2026, 12, 15), check="Mérés.", audience="client-safe",
            ),
        ),
        "level_changes": (f.LevelChange(at=at("14:08"), level=3, by_role="AM-2"),),
        "closing_report_due": date(2026, 11, 30),
        **changes,
    }  # fmt: skip
    return plain.model_copy(update=values)


def incidents(make: Make, at: At) -> Iterator[f.IncidentFacts]:
    """Every kind of system in every state; each way to divert, to log by hand, to be a drill."""

    def states(*seen: tuple[str, str]) -> tuple[f.SystemState, ...]:
        return tuple(
            f.SystemState.model_validate({"at": at(when), "state": state, "source": "x"})
            for when, state in seen
        )

    down = states(("14:00", "down"))
    up = states(("14:00", "down"), ("14:11", "up"))
    flapping = states(("14:00", "down"), ("14:03", "up"), ("14:06", "down"))
    flapped = states(("14:00", "down"), ("14:03", "up"), ("14:06", "down"), ("14:11", "up"))
    closed = tuple(
        e.model_copy(update={"effect_start": None, "service_open": False, "opens_at": at("20:00")})
        for e in make().effects
    )
    for system in SYSTEMS.values():
        proved = tuple(
            f.ProofFacts(
                factor=system.factor, project_id=effect.project_id, kind=kind, at=at("14:14"),
                by_role="SUP-3", ok=ok,
            )
            for effect in make().effects
            for kind, ok in (("person's word", True), ("call record", True))
        )  # fmt: skip
        failed = tuple(each.model_copy(update={"ok": False}) for each in proved)
        for seen in (down, up, flapping, flapped, ()):
            for proofs in ((), proved, failed):
                yield rich(make, at, system=system, states=seen, proofs=proofs)
        yield rich(make, at, system=system, states=down, effects=closed)
        yield rich(make, at, system=system, states=up, effects=closed)
        yield rich(make, at, system=system, states=down, level_changes=(), calls=(), supplier=None)
    order = {"kind": "carrier divert", "ordered_at": at("14:02")}
    made, heard = {"executed_at": at("14:05")}, {"verified_at": at("14:07")}
    for divert in (order, order | made, order | made | heard):
        yield rich(make, at, states=down, diverts=(f.DivertFacts(**divert),))
    yield rich(make, at, diverts=(), priority=None, next_update_at=None, decisions=())
    for level in (1, 2, 3, 4):
        yield rich(make, at, cover_level=level, corrective_actions=())
    for log in (
        f.ManualLogging(decision="not needed"),
        f.ManualLogging(decision="not yet decided"),
        f.ManualLogging(started_at=at("14:05")),
        f.ManualLogging(started_at=at("14:05"), ended_at=at("14:30"), contacts=f.counted(7)),
        f.ManualLogging(
            started_at=at("14:05"), ended_at=at("14:30"), contacts=f.counted(7),
            handed_over_at=at("14:40"),
        ),
    ):  # fmt: skip
        yield rich(make, at, system=SYSTEMS["client-managed"], manual_logging=log)
    yield rich(make, at, exercise=True, expected_recovery=f.ExpectedRecovery(
        at=at("16:00"), basis="A szállító közlése szerint."))  # fmt: skip
    yield rich(make, at, false_alarm=True, false_alarm_reason="Elromlott a monitorozás.")
    yield rich(make, at, false_alarm=True, exercise=True, earlier_reports=())


def reports_of(facts: f.IncidentFacts, now: datetime, **edition: Any) -> Iterator[Document]:
    yield render(build_status_update(facts, "CL-3", now=now, number=2, **edition))
    yield render(build_closing_report(facts, "CL-3", now=now, **edition))
    if not facts.false_alarm:
        yield render(build_first_notification(facts, "CL-3", now=now, **edition))


def all_text(document: Document) -> str:
    """Everything that is shown, also in the browser's tab, at a page's foot and by a phone."""
    soup = BeautifulSoup(document.html, "html.parser")
    css = re.findall(r'content: "([^"]*)"', document.html)
    names = [str(tag["data-name"]) for tag in soup.find_all(attrs={"data-name": True})]
    title = soup.title.text if soup.title else ""
    return "\n".join([document.subject, document.file_name, title, *css, *names, document.text])


@pytest.mark.covers("A23", "D26")
def test_no_english_is_left_in_any_report(make: Make, moment: At) -> None:
    editions: list[dict[str, Any]] = [
        {"author_role": AUTHOR},
        {
            "version": 2, "status": "sent", "approver_role": "account manager",
            "approved_at": moment("14:50"), "reviewer_role": "IT-MGR",
            "changes": ("the situation has changed since it was written",),
        },
        {"version": 3, "status": "superseded", "author_role": "ERT-1"},
    ]  # fmt: skip
    seen = 0
    for facts in incidents(make, moment):
        for now in (moment("14:12"), moment("14:50")):
            for document in reports_of(facts, now, **editions[seen % len(editions)]):
                seen += 1
                text = all_text(document)
                assert catalogues.left_in_english(text, "hu", "reports") == []
                # Names that stay as they are.
                own = re.sub(r"account manager|Virtual Call Center|Online", "", text)
                assert not (found := ENGLISH.search(own)), own[max(0, found.start() - 80) :][:200]
    assert seen > 300


@pytest.mark.covers("A23", "D2", "D24")
def test_the_first_notification_tells_a_hungarian_client_what_it_must_know(
    make: Make, moment: At
) -> None:
    document = render(build_first_notification(rich(make, moment), "CL-3", now=moment("14:12")))
    text = document.text
    assert "A hívások jelenleg nem jutnak el hozzánk. Érintett vonalak: magyar nyelvű." in text
    assert "A hatás kezdete: 2026. november 23., 15:00 CET (14:00 UTC) – az észlelés ideje" in text
    assert "Időcél: 0,5 óra (a terv időcélja" in text
    assert "Állapot: folyamatban (hátralévő idő: 0:18 óra)" in text
    assert "Következő tájékoztatás: 2026. november 23., 15:45 CET (14:45 UTC)" in text
    assert "Kivizsgálása folyamatban van." in text
    assert text.index("Tények") < text.index("Feltételezések") < text.index("Nyitott kérdések")
    assert document.subject == "INC-0142 Első értesítés (1. verzió): CHARLIE"
    assert document.file_name == "INC-0142_CL-3_Első-értesítés_v1.html"
    assert '<html lang="hu">' in document.html


@pytest.mark.covers("D2", "E38")
def test_moments_and_durations_are_written_the_hungarian_way() -> None:
    words = Wording("Europe/Budapest", "hu")
    night = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    assert words.moment(night) == "2026. november 24., 00:30 CET (november 23., 23:30 UTC)"
    assert words.day(date(2026, 12, 1)) == "2026. december 1."
    assert words.duration(timedelta(minutes=65, seconds=5)) == "1:05 óra 5 mp"
    assert words.hours(timedelta(minutes=30)) == "0,5 óra"
    assert words.listed(["német", "angol", "német", "olasz"]) == "német, angol és olasz"


def test_figures_and_the_verdict_are_written_the_hungarian_way(make: Make, moment: At) -> None:
    text = render(build_closing_report(rich(make, moment), "CL-3", now=moment("15:00"))).text
    assert "12 500 (mért érték)" in text
    assert "nem teljesült (túllépés eddig: 0:30 óra)" in text
    assert "Határidő: 2026. december 15." in text
    assert "egy helyesbítő intézkedés" in text


@pytest.mark.covers("D4")
def test_an_exercise_says_so_in_hungarian(make: Make, moment: At) -> None:
    facts = rich(make, moment, exercise=True)
    document = render(build_first_notification(facts, "CL-3", now=moment("14:12")))
    soup = BeautifulSoup(document.html, "html.parser")
    assert document.subject.startswith("GYAKORLAT – nem valós esemény: ")
    assert document.text.startswith("GYAKORLAT – nem valós esemény")
    assert document.file_name.startswith("GYAKORLAT_")
    assert soup.h1 is not None
    assert soup.h1.text.startswith("GYAKORLAT")


@pytest.mark.covers("D22")
def test_persons_appear_as_hungarian_roles_also_inside_typed_words(make: Make, moment: At) -> None:
    facts = rich(make, moment, cause="ERT-1 szerint kábelhiba.")
    text = render(build_first_notification(facts, "CL-3", now=moment("14:12"))).text
    assert "A vészhelyzeti reagáló csoport (ERT) tagja szerint kábelhiba." in text


def test_clients_of_one_incident_are_each_told_in_their_own_language(
    make: Make, moment: At
) -> None:
    facts = make()
    clients = tuple(
        c.model_copy(update={"language": "hu"}) if c.id == "CL-3" else c for c in facts.clients
    )
    facts = facts.model_copy(update={"clients": clients})
    english = render(build_first_notification(facts, "CL-2", now=moment("14:12")))
    hungarian = render(build_first_notification(facts, "CL-3", now=moment("14:12")))
    assert "do not reach us at present" in english.text
    assert "jelenleg nem jutnak el hozzánk" in hungarian.text
