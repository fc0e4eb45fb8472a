"""The paper plan for who is signed in, over real sockets (D17)."""

from __future__ import annotations

import pytest

from kitart.gateway import paper
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
