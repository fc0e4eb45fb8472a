"""Internal documents, from facts to mail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from kitart.language import phrase
from kitart.messaging.known import known_facts
from kitart.messaging.texts import render_message
from kitart.reports.facts import IncidentFacts
from kitart.reports.internal import (
    internal_alert,
    internal_fault_report,
    supplier_fault_report,
)

At = Callable[..., datetime]
Make = Callable[..., IncidentFacts]


@pytest.mark.covers("R47", "R48")
def test_the_internal_fault_report_tells_what_fails_and_whom_it_hits(
    make: Make, moment: At
) -> None:
    values = internal_fault_report(make(), next_news=moment("14:30"))
    mail = render_message("internal-fault-report", "mail", "en", **values)
    assert "What fails: our telephone system is down" in mail.body
    assert "CHARLIE (hu)" in mail.body
    assert "no test call yet" in mail.body
    assert "14:30 UTC" in mail.body


@pytest.mark.covers("D23")
def test_the_supplier_learns_no_client_or_project(make: Make, moment: At) -> None:
    values = supplier_fault_report(
        make(), contract="K-77", contact="IT manager +36 1 5550100", next_news=moment("14:30")
    )
    mail = render_message("supplier-fault-report", "mail", "en", **values)
    assert "Contract: K-77" in mail.body
    for name in ("ALPHA", "BRAVO", "Elektro Nord", "CL-1", "Duna Home"):
        assert name not in f"{mail.subject}{mail.body}"


@pytest.mark.covers("R15", "R12")
def test_the_internal_alert_gives_priority_and_next_step(make: Make, moment: At) -> None:
    values = internal_alert(
        make(), next_step=phrase("decide the divert if none is made"), next_news=moment("14:30")
    )
    for channel in ("sms", "mail"):
        body = render_message("internal-alert", channel, "en", **values).body  # type: ignore[arg-type]
        assert "P1 decided" in body
        assert "decide the divert" in body


@pytest.mark.covers("D5")
def test_a_decision_page_shows_what_is_known(make: Make, moment: At) -> None:
    known = known_facts(make(), now=moment("14:12"), zone="Europe/London")
    assert known[0].startswith("our telephone system is down (since Mon 23 Nov 2026, 14:00 GMT")
    assert any(each.startswith("CHARLIE: affected since") for each in known)
    assert any("ticket: T-9931" in each for each in known)
    assert any("proved not yet" in each for each in known)
    assert "ERT-1" not in " ".join(known)


def test_after_a_return_no_internal_text_says_it_is_down(make_restored: Make, moment: At) -> None:
    facts = make_restored()
    known = known_facts(facts, now=moment("14:20"), zone="UTC")
    assert "is up again" in known[0]
    assert not any("is down" in each for each in known)


def test_an_incident_with_nothing_known_is_still_a_list(make: Make, moment: At) -> None:
    bare = make(states=(), ert=(), supplier=None, diverts=(), priority=None, next_update_at=None)
    known = known_facts(bare, now=moment("14:20"), zone="UTC")
    assert "Nobody of the emergency response team has taken it yet." in known
    assert all(each.strip() for each in known)
