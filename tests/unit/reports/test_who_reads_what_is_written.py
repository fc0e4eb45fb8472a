"""A client's layer never shows what was written for the company alone, whatever it is (D22-D24)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kitart.reports import facts as f
from kitart.reports.after_action import build_after_action
from kitart.reports.closing_report import build_closing_report
from kitart.reports.rendering import render
from kitart.rules.write_up import PARTS
from tests.unit.reports.conftest import at, closed
from tests.unit.reports.test_after_action import internal

SECRET, OPEN = "only-for-the-company", "for-clients-too"
clients = st.sampled_from([None, "CL-1", "CL-2"])
audiences = st.sampled_from(["internal", "client-safe"])


def words(audience: str, about: str | None) -> str:
    """Words that say for whom they are."""
    return SECRET if audience == "internal" else f"{OPEN}-{about or 'all'}"


@st.composite
def texts(draw: Any) -> f.WrittenText:
    audience, about = draw(audiences), draw(clients)
    return f.WrittenText(
        seq=draw(st.integers(1, 99)), part=draw(st.sampled_from([part.id for part in PARTS])),
        text=words(audience, about), by_role="it_manager", at=at("16:00"),
        day=draw(st.none() | st.just(date(2026, 12, 1))), audience=audience, client_id=about,
    )  # fmt: skip


@st.composite
def actions(draw: Any) -> f.CorrectiveAction:
    audience, about = draw(audiences), draw(clients)
    said = words(audience, about)
    return f.CorrectiveAction(
        number=draw(st.integers(1, 9)), finding=said, action=said, owner_role="it_manager",
        due=date(2026, 12, 1), check=said, evidence=said, effect=said,
        status=draw(st.sampled_from(["open", "done", "works"])), audience=audience,
        client_id=about,
    )  # fmt: skip


@pytest.mark.covers("D22", "D23", "D24", "D29")
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(texts(), max_size=8).map(tuple),
    st.lists(actions(), max_size=3).map(tuple),
    st.booleans(),
)
def test_a_client_never_reads_what_is_internal_or_about_another(
    written: tuple[f.WrittenText, ...],
    found: tuple[f.CorrectiveAction, ...],
    preliminary: bool,
) -> None:
    facts = closed().model_copy(update={"written": written, "corrective_actions": found})
    for client, other in (("CL-1", "CL-2"), ("CL-2", "CL-1")):
        view = build_closing_report(facts, client, preliminary=preliminary, now=at("18:00"))
        html = render(view).html
        assert SECRET not in html
        assert f"{OPEN}-{other}" not in html
    # The company reads all of it.
    report = render(build_after_action(internal(facts, at), now=at("18:00"))).html
    for each in found:
        assert each.finding in report


def closing(*written: f.WrittenText, cause: str = "") -> str:
    facts = closed().model_copy(update={"written": written, "cause": cause})
    return render(build_closing_report(facts, "CL-1", now=at("18:00"))).text


def shared(part: str, text: str, about: str | None = None) -> f.WrittenText:
    return f.WrittenText(
        seq=1, part=part, text=text, by_role="it_manager", at=at("16:00"),
        audience="client-safe", client_id=about,
    )  # fmt: skip


@pytest.mark.covers("D24")
def test_the_cause_that_was_answered_stays_the_direct_one_until_it_is_written() -> None:
    root = shared("cause-root", "Nobody knew of the change")
    report = closing(root, cause="A failed change")
    assert report.index("Direct cause: A failed change") < report.index("Root cause: Nobody knew")
    assert "Cause: A failed change" in report
    report = closing(root, shared("cause-direct", "A router"), cause="A failed change")
    assert "Direct cause: A router" in report
    assert "A failed change" not in report


@pytest.mark.covers("D24")
def test_a_cause_that_is_not_established_after_all_says_so_everywhere() -> None:
    report = closing(shared("cause-open", "The carrier still looks"), cause="A failed change")
    assert "Not established: The carrier still looks" in report
    assert "Cause: not established" in report
    assert "A failed change" not in report


def test_words_about_one_client_go_before_those_about_all() -> None:
    report = closing(
        shared("cause-direct", "A router"), shared("cause-direct", "Your own line", "CL-1")
    )
    assert "Direct cause: Your own line" in report
    assert "A router" not in report
