"""The paper plan for who is signed in, over real sockets (D17)."""

from __future__ import annotations

import pytest

from kitart.gateway import paper
from kitart.journal import offline_copies
from kitart.reports import pdf
from kitart.reports.pdf import PdfUnavailable
from tests.integration.gateway.test_supervisors_report import Signed

pytestmark = pytest.mark.covers("D17")


def test_each_gets_the_paper_of_the_own_role(place, pdf_pages) -> None:
    manager = Signed(place, "AM-2")
    assert "/paper.pdf?language=hu" in manager.get("/paper").text
    answer = manager.get("/paper.pdf")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert "plan_account_manager_hu_" in answer.headers["Content-Disposition"]
    text = " ".join(pdf_pages(answer.content))
    assert "Papíralapú terv: account manager" in text
    english = Signed(place, "DPO").get("/paper.html?language=en").text
    assert "Paper plan: data protection contact" in english
    assert "Suppliers" not in english


def test_where_no_pdf_can_be_made_the_page_says_so_and_offers_the_html(place, monkeypatch) -> None:
    def none(*_: object, **__: object) -> bytes:
        raise PdfUnavailable("WeasyPrint cannot be loaded")

    monkeypatch.setattr(paper.printing, "pdf_of", none)
    pdf.forget()
    answer = Signed(place, "SV-2").get("/paper.pdf")
    assert answer.status_code == 503
    assert "WeasyPrint cannot be loaded" in answer.text
    assert "/paper.html?language=en" in answer.text


@pytest.mark.covers("D27")
def test_each_print_is_in_the_journal_with_whose_it_is_and_of_which_plan(place) -> None:
    manager = Signed(place, "AM-2")
    assert "nincs adat" in manager.get("/paper").text
    with place.inst.journal.read() as session:
        assert offline_copies.of_person(session, place.plan, "AM-2").printed_at is None
    manager.get("/paper.html?language=hu")
    with place.inst.journal.read() as session:
        copy = offline_copies.of_person(session, place.plan, "AM-2")
        other = offline_copies.of_person(session, place.plan, "AM-1")
    assert (copy.plan_hash, copy.by) == (place.plan.hash, "AM-2")
    assert copy.printed_at == place.clock.now()
    assert other.plan_hash is None, "an account manager's print is no other one's"
    assert "a jelenlegi verzió" in manager.get("/paper").text


@pytest.mark.covers("D27")
def test_after_an_edit_of_the_plan_the_page_says_to_print_it_again(place) -> None:
    manager = Signed(place, "SV-1")
    manager.get("/paper.html")
    old = place.plan.version
    raw = place.plan.snapshot()
    raw["limits"]["am_notify"] = 6
    place.use_plan(raw)
    page = manager.get("/paper").text
    assert f"is of version {old}; current is {place.plan.version}. Print it again." in page
    manager.get("/paper.html")
    assert "is of the current version" in manager.get("/paper").text


def test_where_no_pdf_is_made_no_print_is_recorded(place, monkeypatch) -> None:
    def none(*_: object, **__: object) -> bytes:
        raise PdfUnavailable("WeasyPrint cannot be loaded")

    monkeypatch.setattr(paper.printing, "pdf_of", none)
    pdf.forget()
    reader = Signed(place, "SV-2")
    assert reader.get("/paper.pdf").status_code == 503
    with place.inst.journal.read() as session:
        assert offline_copies.of_person(session, place.plan, "SV-2").plan_hash is None
