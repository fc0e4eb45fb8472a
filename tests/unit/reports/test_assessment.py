"""The data protection assessment, and what of it a client reads (requirements §8 row 8, c14)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kitart.journal.legal import Recorded
from kitart.journal.tables import Incident
from kitart.plan.loading import load_plan
from kitart.plan.schema import Plan
from kitart.reports.assessment import About, build_assessment
from kitart.reports.closing_report import build_closing_report
from kitart.reports.facts import (
    IncidentFacts,
    LegalFacts,
    NoticeFacts,
    PriorityFacts,
    PrivacyAnswer,
)
from kitart.reports.rendering import render
from kitart.reports.views import RecordMark
from kitart.rules.legal.matter import ALL, COMPANY, Matter, Notice, Said, towards
from kitart.settings import HOUSE

T0 = datetime(2026, 11, 24, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return load_plan(HOUSE / "config")


def said(answer: str, reason: str, at: datetime = T0, **more: Any) -> Said:
    return Said(answer, at, reason, "data_protection", at, **more)


LOST = Matter(
    affected={ALL: said("yes", "AG-014 saw it: records are lost", loss=("availability",))},
    aware={(COMPANY, "all"): said("", "the supplier confirmed it")},
    described={ALL: {"people": "callers of two days, about 400"}},
    notices={(towards("CL-1"), "gdpr-33-2"): (
        Notice("privacy desk", T0 + 25 * HOUR, "mail", "M-7", "numbers were awaited",
               "data_protection", T0 + 25 * HOUR),
    )},
    waived={(COMPANY, "nis2-early"): said("", "not significant")},
)  # fmt: skip


def assessed(plan: Plan, matter: Matter, language: str = "en", **changes: Any) -> str:
    row = Incident(
        number="INC-0142", system_id="VCC", kind="vital systems offline", exercise=False,
        cause_at=T0 - HOUR, reported_at=T0 - HOUR, reported_by="monitor alertmanager",
        recovered_at=None, closed_at=None,
    )  # fmt: skip
    reader = plan.person("DPO").model_copy(update={"language": language})
    about = About("VCC offline", reader, PriorityFacts(value="P1"), RecordMark(7, "abcd"),
                  changes.get("changes", ()))  # fmt: skip
    recorded = Recorded(row, matter, "7", T0, ())
    view = build_assessment(plan, recorded, about, changes.get("version", 1), now=T0 + 26 * HOUR)
    return render(view).text


def test_it_says_what_was_decided_by_whom_with_which_reason(plan: Plan) -> None:
    text = assessed(plan, LOST)
    assert "Personal data were hit: the whole incident." in text
    assert "An agent saw it: records are lost" in text  # roles instead of persons (D22)
    assert "AG-014" not in text
    assert "availability: lost, or out of reach" in text
    assert "callers of two days, about 400" in text
    assert "the supplier confirmed it" in text
    assert "Record INC-0142, entry 7" in text


def test_clocks_stand_with_local_and_utc_time_and_what_became_of_them(plan: Plan) -> None:
    text = assessed(plan, LOST)
    assert "Wed 25 Nov 2026, 11:00 CET (10:00 UTC)" in text
    assert "done late, by 1:00 h" in text
    assert "privacy desk" in text
    assert "numbers were awaited" in text
    assert "Early warning of a cybersecurity incident (the company): decided not to notify" in text


def test_what_nobody_recorded_is_an_open_question_and_never_blank(plan: Plan) -> None:
    text = assessed(plan, Matter(affected={ALL: said("being checked", "")}))
    assert "Whether personal data were hit is being checked." in text
    assert text.count("not available: nobody has recorded it") >= 6
    assert "no moment of awareness is recorded" in text
    assert "What data and whose: nobody has recorded it yet." in text


def test_a_no_with_its_reason_is_a_whole_assessment(plan: Plan) -> None:
    text = assessed(plan, Matter(affected={ALL: said("no", "nothing is stored there")}))
    assert "No personal data were hit" in text
    assert "no personal data hit: nothing is stored there" in text


def test_without_an_answer_there_is_nothing_to_assess(plan: Plan) -> None:
    with pytest.raises(ValueError, match="nobody has answered"):
        assessed(plan, Matter())


@pytest.mark.covers("D25")
def test_a_later_version_says_what_was_recorded_since(plan: Plan) -> None:
    text = assessed(plan, LOST, version=2, changes=("moment of awareness: the company",))
    assert "What changed in version 2" in text
    assert "moment of awareness: the company" in text
    assert "What was recorded was corrected." in assessed(plan, LOST, version=2)


@pytest.mark.covers("D26")
def test_it_is_read_in_hungarian(plan: Plan) -> None:
    text = assessed(plan, LOST, "hu")
    assert "Adatvédelmi értékelés" in text
    assert "késve teljesült, késés: 1:00 óra" in text
    assert "2026. november 25., 11:00 CET (10:00 UTC)" in text


@pytest.mark.covers("D23")
def test_a_clients_closing_report_has_its_own_notifications_alone(
    closed_facts: IncidentFacts, moment: Callable[..., datetime]
) -> None:
    at = moment("15:30")
    facts = closed_facts.model_copy(update={"legal": (
        LegalFacts(client_id="CL-1", notices=(
            NoticeFacts(duty="gdpr-33-2", to="privacy desk one", at=at, channel="mail"),)),
        LegalFacts(
            client_id="CL-2", privacy=PrivacyAnswer(answer="yes", reason="two recordings", at=at),
            notices=(NoticeFacts(duty="gdpr-33-1", to="the authority", at=at, channel="portal",
                                 by_client=True),),
        ),
    )})  # fmt: skip
    one = render(build_closing_report(facts, "CL-1", now=moment("16:00"))).text
    two = render(build_closing_report(facts, "CL-2", now=moment("16:00"))).text
    assert "privacy desk one" in one
    assert "No. No data were lost or opened." in one
    assert "the authority" not in one
    assert "Yes. two recordings" in two
    assert "by you, as you told us" in two
    assert "privacy desk one" not in two
