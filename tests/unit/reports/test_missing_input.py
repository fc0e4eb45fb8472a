"""What a client reads of an input that is missing, and that the plan has no steps for it (A21)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from kitart.reports import facts as f
from kitart.reports.closing_report import build_closing_report
from kitart.reports.first_notification import build_first_notification
from kitart.reports.rendering import render
from kitart.reports.status_update import build_status_update

At = Callable[..., datetime]
Make = Callable[..., f.IncidentFacts]

ROSTER = f.SystemFacts(id="INPUT.ROSTER-DAY", name="Shift roster of the day", carries_calls=False)

pytestmark = pytest.mark.covers("A21", "R6")


def proof(at: datetime) -> tuple[f.ProofFacts, ...]:
    return (
        f.ProofFacts(
            factor=f.INPUT_USED, project_id="BRAVO", kind="person's word", at=at,
            by_role="supervisor", ok=True,
        ),
    )  # fmt: skip


def test_it_is_a_kind_of_its_own_and_proved_by_use_alone() -> None:
    assert ROSTER.kind == "input"
    assert ROSTER.proved_by(f.INPUT_USED)
    assert not ROSTER.proved_by(f.WORKS_AGAIN)


def test_the_first_notification_names_what_is_missing_and_claims_no_fall_back(
    make: Make, moment: At
) -> None:
    facts = make(system=ROSTER, kind="vital input missing", diverts=())
    text = render(build_first_notification(facts, "CL-2", now=moment("14:12"))).text
    assert "An input for our work for your English and German lines is missing" in text
    assert "Vital input from a supplier, a function or a system" in text
    assert "Calls are answered." in text
    assert "none: an input that we work with is missing (Shift roster of the day)" in text
    assert "fall-back" not in text
    assert "system outage" not in text


def test_no_objective_is_claimed_where_the_plan_has_none(make: Make, moment: At) -> None:
    facts = make(system=ROSTER, kind="vital input missing", diverts=())
    text = render(build_status_update(facts, "CL-2", now=moment("15:50"))).text
    assert "the plan has no steps of its own for missing inputs, and no objective" in text
    assert "missed" not in text


@pytest.mark.covers("D26")
@pytest.mark.parametrize(
    ("language", "said", "verdict"),
    [
        ("en", "Our continuity plan has no procedure of its own for a missing input.",
         "no steps of its own for missing inputs, and no objective"),
        ("hu", "Üzletmenet-folytonossági tervünknek nincs külön eljárása a hiányzó bemenetre.",
         "nincsenek külön lépései a hiányzó bemenetre, és célértéke sincs"),
    ],
)  # fmt: skip
def test_the_closing_report_says_openly_that_the_plan_has_a_gap(
    make_restored: Make, moment: At, language: str, said: str, verdict: str
) -> None:
    facts = make_restored(
        system=ROSTER, kind="vital input missing", diverts=(), proofs=proof(moment("14:14"))
    )
    clients = tuple(c.model_copy(update={"language": language}) for c in facts.clients)
    facts = facts.model_copy(update={"clients": clients})
    text = render(build_closing_report(facts, "CL-2", now=moment("15:30"))).text
    assert said in text
    assert verdict in text
    other = "Our continuity plan" if language == "hu" else "Üzletmenet"
    assert other not in text


def test_of_a_system_the_closing_report_names_no_such_gap(make_restored: Make, moment: At) -> None:
    text = render(build_closing_report(make_restored(), "CL-2", now=moment("15:30"))).text
    assert "no procedure of its own" not in text
