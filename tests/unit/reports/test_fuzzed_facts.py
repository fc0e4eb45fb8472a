"""Whatever the facts are, a client's report renders, hides what it must, and leaves no blank."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kitart.messaging.known import known_facts
from kitart.reports import facts as f
from kitart.reports.closing_report import build_closing_report
from kitart.reports.fingerprint import facts_fingerprint
from kitart.reports.first_notification import build_first_notification
from kitart.reports.rendering import Document, render
from kitart.reports.status_update import build_status_update
from kitart.reports.views import View
from kitart.rules.write_up import BY_ID

START = datetime(2026, 10, 24, 20, 0, tzinfo=UTC)  # the clocks change in this night
FOREIGN = ("BRAVO", "CL-2", "Isle Travel", "+44 20 5550121")
PERSONS = ("AG-047", "AM-2", "ERT-1", "IT-MGR", "IT-MGR-DEP", "CMT-LEAD", "SUP-3", "VCC-ADM")
CODE = re.compile(r"\b(AG|AM|ERT|CMT|IT-MGR|SUP)-\w", re.IGNORECASE)

moments = st.integers(0, 40 * 60).map(lambda m: START + timedelta(minutes=m))
words = st.sampled_from(
    ["", "  ", "calls fail", "<b>&", "{{ x }}", "ő ű", *FOREIGN, *PERSONS, "bravo", "am-2"]
)
texts = st.lists(words, max_size=4).map(" ".join)
roles = st.sampled_from(["", "account_manager", "client duty desk", *PERSONS])
maybe = st.none() | moments
numbers = st.one_of(
    st.integers(0, 999).map(f.measured),
    st.integers(0, 999).map(f.counted),
    st.builds(f.estimated, st.integers(0, 999), st.just("by AM-2, as BRAVO")),
    st.builds(f.not_available, st.sampled_from(["no record", "AG-047 has it", "see CL-2"])),
)
mine_or_not = st.sampled_from([None, "ALPHA", "BRAVO"])
client_or_not = st.sampled_from([None, "CL-1", "CL-2"])
audience = st.sampled_from(["internal", "client-safe"])
seats = st.none() | st.integers(0, 9)


def many(strategy: st.SearchStrategy[Any], most: int = 3) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(strategy, max_size=most).map(tuple)


def client(code: str, name: str) -> st.SearchStrategy[f.ClientFacts]:
    return st.builds(
        f.ClientFacts,
        id=st.just(code),
        name=st.just(name),
        zone=st.sampled_from(["Europe/Budapest", "Europe/London", "UTC", "Asia/Kuala_Lumpur"]),
        contact=st.builds(f.Contact, role=roles, phone=texts, until=maybe),
        language=st.sampled_from(["en", "hu"]),
        recipients=many(roles),
        channel=texts,
        headline=texts,
        callers_experience=texts,
        request=texts,
        not_affected=many(texts),
        service_agreement=texts,
    )


def effect(project: str, code: str, line: str) -> st.SearchStrategy[f.ProjectEffect]:
    queue = st.builds(
        f.QueueFacts,
        lang=st.sampled_from(["de", "hu", "xx"]),
        lines=st.sampled_from([(), (line,)]),
        affected=st.booleans(),
        seats_needed=seats,
        seats_filled=seats,
        minutes_below_need=st.integers(0, 99),
    )
    return st.builds(
        f.ProjectEffect,
        project_id=st.just(project),
        client_id=st.just(code),
        queues=many(queue),
        effect_start=maybe,
        effect_start_kind=st.sampled_from(["measured", "reported", "detection only"]),
        effect_end=maybe,
        service_open=st.booleans(),
        opens_at=maybe,
    )


written = st.builds(
    f.WrittenText,
    seq=st.integers(1, 99),
    part=st.sampled_from(sorted(BY_ID)),
    text=texts.filter(str.strip),
    by_role=roles,
    at=moments,
    day=st.none() | st.just(date(2026, 12, 1)),
    audience=st.just("client-safe"),
    client_id=client_or_not,
)

objectives = st.builds(
    f.Objective,
    limit_minutes=st.sampled_from([30, 480]),
    in_force_from=moments,
    due=moments,
    source=st.sampled_from(["the plan's objective for cover levels 1 to 3", "by AM-2 of BRAVO"]),
    outcome=st.sampled_from(["met", "met in part", "missed", "not applicable", "running"]),
    late_by_s=st.none() | st.integers(0, 9999),
    left_s=st.none() | st.integers(0, 9999),
    seats_filled=seats,
    seats_needed=seats,
    prevented=st.booleans(),
    reason=st.sampled_from(["", "not reached yet", "AG-047 of BRAVO is ill"]),
)
shortages = st.builds(
    f.ShortageFacts,
    start=moments,
    first_cover_at=maybe,
    answered_at=maybe,
    recovered_at=maybe,
    awaiting_proof=st.booleans(),
    closed_at=maybe,
    restored_at=maybe,
    interim=many(st.builds(f.InterimCover, start=moments, end=moments)),
    objectives=many(objectives),
)


stretches = st.builds(
    f.SeatsHeld,
    start=moments,
    end=moments,
    needed=st.integers(0, 40),
    own=st.integers(0, 40),
    by_rung=many(
        st.builds(
            f.RungSeats,
            rung=st.sampled_from(["native", "non_native", "english_only"]),
            seats=st.integers(0, 9),
        )
    ),
)


def queue_cover(project: str) -> st.SearchStrategy[f.QueueCover]:
    return st.builds(
        f.QueueCover,
        project_id=st.just(project),
        lang=st.sampled_from(["de", "hu", "xx"]),
        open=st.booleans(),
        needed=st.integers(0, 4),
        own=st.integers(0, 4),
        taken=st.integers(0, 4),
        by_rung=many(
            st.builds(
                f.RungSeats,
                rung=st.sampled_from(["native", "non_native", "english_only"]),
                seats=st.integers(0, 3),
            )
        ),
        expected=st.integers(0, 3),
        expected_at=maybe,
        let_down=st.integers(0, 2),
        threatened_at=maybe,
        coming_at=maybe,
        shortages=many(shortages),
        prevented=many(objectives, 1),
        backups=many(
            st.builds(
                f.BackupStart,
                rung=st.sampled_from(["native", "non_native"]),
                asked_at=moments,
                due_at=moments,
                answered_at=maybe,
                live_at=maybe,
                over_at=maybe,
                needed=st.booleans(),
            )
        ),
        voicemail=st.builds(
            f.VoicemailFacts, ordered_at=maybe, executed_at=maybe, verified_at=maybe, ended_at=maybe
        ),
        voicemail_outcome=st.none() | objectives,
        held=many(stretches, 6),
        sent_away=many(st.builds(f.SentAway, start=moments, end=maybe), 2),
    )


agents_out = st.builds(
    f.AgentsOut,
    project_id=st.sampled_from(["ALPHA", "BRAVO"]),
    country=st.sampled_from(["ES", "RO", "XX"]),
    count=st.integers(1, 5),
)
systems = st.builds(
    f.SystemFacts,
    id=st.just("VCC"),
    name=st.sampled_from(["our telephone system", "VCC of BRAVO", "ő"]),
    managed_by=st.sampled_from(["company", "client"]),
    carries_calls=st.booleans(),
    probe=st.sampled_from([None, "vcc", "sharepoint"]),
)
incidents = st.builds(
    f.IncidentFacts,
    number=st.just("INC-0142"),
    kind=texts,
    system=systems,
    reported_at=moments,
    detected_by=texts,
    clients=st.tuples(client("CL-1", "Elektro Nord"), client("CL-2", "Isle Travel")),
    effects=st.one_of(
        st.just(()),
        st.tuples(effect("ALPHA", "CL-1", "+49 30 5550101")),
        st.tuples(
            effect("ALPHA", "CL-1", "+49 30 5550101"), effect("BRAVO", "CL-2", "+44 20 5550121")
        ),
    ),
    exercise=st.booleans(),
    false_alarm=st.booleans(),
    false_alarm_reason=texts,
    priority=st.none()
    | st.builds(
        f.PriorityFacts,
        value=st.sampled_from(["P1", "P4"]),
        state=st.sampled_from(["proposed", "decided"]),
        by_role=roles,
        at=maybe,
        reason=texts,
    ),
    cover_level=st.sampled_from([None, 1, 2, 3, 4]),
    level_changes=many(
        st.builds(
            f.LevelChange,
            at=moments,
            level=st.sampled_from([0, 1, 2, 3, 4]),
            by_role=roles,
            reason=texts,
            project_id=mine_or_not,
        )
    ),
    states=many(
        st.builds(
            f.SystemState,
            at=moments,
            state=st.sampled_from(["up", "down", "unstable", "unknown"]),
            source=texts,
        ),
        6,
    ),
    ert=many(
        st.builds(f.ErtContact, role=roles, asked_at=moments, due_at=moments, acknowledged_at=maybe)
    ),
    am_told=many(
        st.builds(
            f.AmTold,
            project_id=st.sampled_from(["ALPHA", "BRAVO"]),
            due_at=moments,
            told_at=maybe,
            channel=texts,
        )
    ),
    timeline=many(
        st.builds(
            f.TimelineEntry,
            seq=st.integers(1, 9),
            occurred_at=moments,
            recorded_at=moments,
            type=texts,
            author_role=roles,
            source=texts,
            text=texts,
            audience=audience,
            project_id=mine_or_not,
            client_id=client_or_not,
        ),
        5,
    ),
    messages=many(
        st.builds(
            f.MessageFacts,
            purpose=texts,
            to_role=roles,
            channel=texts,
            due_at=maybe,
            sent_at=maybe,
            acknowledged_at=maybe,
            client_id=client_or_not,
        )
    ),
    decisions=many(
        st.builds(
            f.DecisionFacts,
            what=texts,
            answer=texts,
            by_role=roles,
            at=moments,
            reason=texts,
            audience=audience,
            client_id=client_or_not,
        )
    ),
    supplier=st.none()
    | st.builds(
        f.SupplierFacts,
        name=texts,
        ticket=st.none() | texts,
        statement=texts,
        stated_at=maybe,
        report_received=st.booleans(),
    ),
    diverts=many(
        st.builds(
            f.DivertFacts,
            project_id=mine_or_not,
            kind=st.sampled_from(["recorded notice", "AM-2 at BRAVO"]),
            ordered_at=maybe,
            executed_at=maybe,
            verified_at=maybe,
            ended_at=maybe,
        )
    ),
    proofs=many(
        st.builds(
            f.ProofFacts,
            factor=st.just("calls reach VCC") | texts,
            project_id=st.sampled_from(["ALPHA", "BRAVO"]),
            line=st.sampled_from([None, "+49 30 5550101", "+44 20 5550121"]),
            kind=st.sampled_from(["call record", "person's word"]),
            at=moments,
            by_role=roles,
            ok=st.booleans(),
        )
    ),
    calls=many(
        st.builds(
            f.CallFacts,
            project_id=st.sampled_from(["ALPHA", "BRAVO"]),
            lang=st.sampled_from(["de", "hu"]),
            offered=numbers,
            answered=numbers,
            abandoned=numbers,
            voicemails_left=numbers,
            voicemails_returned=numbers,
        )
    ),
    earlier_reports=many(
        st.builds(
            f.EarlierReport,
            client_id=st.sampled_from(["CL-1", "CL-2"]),
            type=st.sampled_from(["first-notification", "status-update", "recovery-notice"]),
            number=st.integers(1, 3),
            version=st.integers(1, 3),
            sent_at=moments,
            due_at=maybe,
        )
    ),
    next_update_at=maybe,
    expected_recovery=st.none() | st.builds(f.ExpectedRecovery, at=moments, basis=texts),
    cause=texts,
    assumptions=many(texts),
    open_questions=many(texts),
    corrective_actions=many(
        st.builds(
            f.CorrectiveAction,
            number=st.integers(1, 9),
            finding=texts,
            action=texts,
            owner_role=roles,
            due=st.just(date(2026, 12, 1)),
            check=texts,
            status=texts,
            evidence=texts,
            effect=texts,
            audience=st.just("client-safe"),
            client_id=client_or_not,
        )
    ),
    written=many(written, 6),
    privacy=st.builds(
        f.PrivacyAnswer,
        answer=st.sampled_from(["no", "being checked", "yes"]),
        reason=texts,
        by_role=roles,
        at=maybe,
    ),
    normal_at=maybe,
    manual_logging=st.none()
    | st.builds(
        f.ManualLogging,
        decision=st.sampled_from(["decided", "not needed", "not yet decided"]),
        started_at=maybe,
        ended_at=maybe,
        contacts=st.none() | numbers,
        handed_over_at=maybe,
    ),
    attachments=many(texts),
    company_names=st.just(("ALPHA", "CL-1", *FOREIGN)),
)


at_home = st.builds(
    lambda facts, cover, out: facts.model_copy(
        update={
            "system": f.SystemFacts(id="WORKPLACE", name="Place of work", carries_calls=False),
            "cover": cover,
            "agents_out": out,
        }
    ),
    incidents,
    st.lists(st.sampled_from(["ALPHA", "BRAVO"]).flatmap(queue_cover), min_size=1, max_size=4).map(
        tuple
    ),
    many(agents_out),
)


def views_of(facts: f.IncidentFacts, now: datetime, edition: Any) -> list[View]:
    views: list[View] = [
        build_status_update(facts, "CL-1", now=now, corrections=("BRAVO", "by AM-2"), **edition),
        build_closing_report(facts, "CL-1", now=now, **edition),
        build_closing_report(facts, "CL-1", preliminary=True, now=now, **edition),
    ]
    if not facts.false_alarm:
        views.append(build_first_notification(facts, "CL-1", now=now, **edition))
    return views


def strings_of(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, tuple):
        return [text for each in value for text in strings_of(each)]
    ours = ("kitart.reports.views", "kitart.reports.picture")
    if is_dataclass(value) and type(value).__module__.startswith(ours):
        return [
            text
            for field in fields(value)
            if field.name != "left_out"  # blank where nothing is
            for text in strings_of(getattr(value, field.name))
        ]
    return []


def assert_on_its_sheet(view: View) -> None:
    """What is drawn lies on the sheet, each word too."""
    picture = getattr(view, "picture", None)
    for drawing in picture.drawings if picture else ():
        wide, high = drawing.width + 1, drawing.height + 1
        for each in drawing.rects:
            assert each.width > 0
            assert -3 <= each.x <= each.x + each.width <= wide + 3
            assert -3 <= each.y <= each.y + each.height <= high
        for each in (*drawing.strokes, *drawing.behind):
            assert 0 <= min(each.x1, each.x2) <= max(each.x1, each.x2) <= wide
        assert all(0 <= each.x <= wide and 0 < each.y <= high for each in drawing.labels)


def assert_no_blank(document: Document) -> None:
    soup = BeautifulSoup(document.html, "html.parser")
    for tag in soup.find_all(["p", "li", "dd", "dt", "th", "td", "h1", "h2", "h3", "caption"]):
        assert tag.get_text(strip=True).strip(".:;, "), f"a blank {tag.name} in {document.subject}"


editions = st.fixed_dictionaries(
    {"version": st.integers(1, 3)},
    optional={
        "changes": many(texts),
        "author_role": roles,
        "approver_role": st.none() | roles,
        "approved_at": maybe,
        "status": st.sampled_from(["draft", "sent"]),
    },
)


@pytest.mark.covers("D3", "D22", "D23")
@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(incidents | at_home, moments, editions)
def test_no_facts_break_a_report_or_leak_into_it(
    facts: f.IncidentFacts, now: datetime, edition: Any
) -> None:
    for view in views_of(facts, now, edition):
        document = render(view)
        shown = "\n".join([document.html, document.text, document.subject, document.file_name])
        assert not CODE.search(shown), CODE.search(shown)
        for foreign in FOREIGN:
            assert foreign.lower() not in shown.lower()
        assert all(text.strip() for text in strings_of(view)), view
        assert_no_blank(document)
        assert_on_its_sheet(view)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(incidents | at_home, moments)
def test_a_decision_page_and_a_fingerprint_exist_for_all_facts(
    facts: f.IncidentFacts, now: datetime
) -> None:
    assert all(text.strip() for text in known_facts(facts, now=now, zone="Europe/London"))
    assert re.fullmatch("[0-9a-f]{16}", facts_fingerprint(facts, "CL-1"))
