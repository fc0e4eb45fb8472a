"""What is said of a system depends on what it is for."""

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

SHAREPOINT = f.SystemFacts(
    id="SHAREPOINT", name="SharePoint Online", carries_calls=False, probe="sharepoint"
)
MAIL = f.SystemFacts(id="MAIL", name="Company mail", carries_calls=False)
CRM = f.SystemFacts(
    id="CRM", name="Customer records of Isle Travel", managed_by="client", carries_calls=False
)


@pytest.mark.covers("R43", "R44")
def test_the_kind_follows_from_who_manages_it_and_what_it_carries() -> None:
    phone = f.SystemFacts(id="VCC", name="VCC", probe="vcc")
    assert [each.kind for each in (phone, SHAREPOINT, CRM, MAIL)] == [
        "phone", "documents", "client-managed", "other",
    ]  # fmt: skip
    # A phone system stays one, whoever manages it: callers reach nobody.
    assert phone.model_copy(update={"managed_by": "client"}).kind == "phone"


@pytest.mark.covers("R44", "R45", "E46")
def test_a_client_is_told_of_its_own_system_what_agents_cannot_do_and_asked_to_repair_it(
    make: Make, moment: At
) -> None:
    view = build_first_notification(make(system=CRM, diverts=()), "CL-2", now=moment("14:12"))
    text = render(view).text
    assert "Our agents for your English and German lines cannot use Customer records" in text
    assert "Effect on callers: Calls are answered. Our agents cannot look anything up" in text
    assert "What we ask of you: Please repair your system, and tell us when it works" in text
    assert "Expected recovery: Not known to us." in text
    assert "The system is yours to repair." in text
    assert "managed by you" in text
    assert "do not reach" not in text


@pytest.mark.covers("R44", "E46")
def test_nothing_is_asked_of_the_client_once_its_system_works(
    make_restored: Make, moment: At
) -> None:
    proofs = (
        f.ProofFacts(
            factor=f.CLIENT_SYSTEM_USED, project_id="BRAVO", kind="person's word",
            at=moment("14:14"), by_role="SUP-3", ok=True,
        ),
    )  # fmt: skip
    facts = make_restored(system=CRM, proofs=proofs, diverts=())
    text = render(build_status_update(facts, "CL-2", now=moment("14:50"))).text
    assert "Recovery notice" in text
    assert "It works again, tried by our agents at 14:14 GMT." in text
    assert "Please repair" not in text
    assert "What we ask of you: Nothing at present." in text
    assert "Proof that our agents can use the system" in text


@pytest.mark.covers("R46")
@pytest.mark.parametrize(
    ("log", "now_doing", "afterwards"),
    [
        (f.ManualLogging(decision="not needed"), "Contacts are not logged by hand",
         "Contacts were not logged by hand: it was not needed."),
        (f.ManualLogging(decision="not yet decided"), "Whether contacts are logged by hand is",
         "Whether contacts are logged by hand has not been decided yet."),
        (f.ManualLogging(started_at=datetime.fromisoformat("2026-11-23T14:05:00Z"),
                         contacts=f.counted(7)),
         "Contacts are logged by hand and handed over to you afterwards.",
         "ended: it still goes on. Contacts logged: 7 (counted). They will be handed over"),
    ],
)  # fmt: skip
def test_the_client_reads_whether_contacts_are_logged_by_hand(
    make: Make, moment: At, log: f.ManualLogging, now_doing: str, afterwards: str
) -> None:
    facts = make(system=CRM, manual_logging=log)
    first = render(build_first_notification(facts, "CL-2", now=moment("14:12"))).text
    closing = render(build_closing_report(facts, "CL-2", now=moment("14:50"))).text
    assert now_doing in first
    assert afterwards in closing


@pytest.mark.covers("R43")
@pytest.mark.parametrize("system", [SHAREPOINT, MAIL])
def test_of_a_system_that_carries_no_calls_nobody_says_that_calls_fail(
    make_restored: Make, moment: At, system: f.SystemFacts
) -> None:
    facts = make_restored(system=system, proofs=(), diverts=())
    first = render(build_first_notification(facts, "CL-2", now=moment("14:12"))).text
    closing = render(build_closing_report(facts, "CL-2", now=moment("14:50"))).text
    for text in (first, closing):
        assert f"{system.name}, used for your English and German lines, failed from" in text
        assert "calls get through" not in text.lower()
        assert "divert is in place" not in text
        assert "No divert was proved" not in text
