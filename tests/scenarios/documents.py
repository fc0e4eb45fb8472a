"""The complete set of documents of a story: each that a client was sent, as it was filed (D25)."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from bs4 import BeautifulSoup

from kitart.reports.closing_report import build_closing_report
from kitart.reports.gathering import gather
from kitart.reports.pdf import can_print, pdf_name, pdf_of
from kitart.reports.rendering import render
from tests.pdf_form import assert_form, keep


def sent_to(story: Any, client: str) -> list[Any]:
    """What a client was sent, oldest first."""
    return [d for d in story.documents(client) if d.sent_at is not None]


def assert_complete_set(story: Any, name: str, kinds: dict[str, list[str]]) -> None:
    """Each client was sent these kinds of reports, in this order, each of them once or more, and no
    other client any; the PDF of each is in form, names nobody and no other client, and has no blank
    where a value belongs."""
    plan = story.inst.plan_of("INC-0001")
    for client in plan.clients:
        found = sent_to(story, client.id)
        order = [kind for kind, _ in groupby(each.type for each in found)]
        assert order == kinds.get(client.id, []), client.id
        assert_each_in_form(story, name, client.id)


def assert_each_in_form(story: Any, name: str, client: str) -> None:
    """Each report that a client was sent (``assert_document``)."""
    for row in sent_to(story, client):
        assert_document(story, f"{name}_{pdf_name(row.file_name)}", client, row.html)


def assert_could_be_told(story: Any, name: str, client: str) -> None:
    """The closing report that the record of an incident would give a client who was told nothing,
    as its contract has it: complete and in form all the same."""
    plan, now = story.inst.plan_of("INC-0001"), story.clock.now()
    with story.inst.journal.read() as session:
        facts = gather(session, plan, "INC-0001", now)
    made = render(build_closing_report(facts, client, now=now))
    assert_document(story, f"{name}_{pdf_name(made.file_name)}", client, made.html)


def assert_document(story: Any, name: str, client: str, html: str) -> None:
    """One report of a client: its page, and its PDF where one can be made."""
    plan = story.inst.plan_of("INC-0001")
    mine = plan.client(client)
    page = BeautifulSoup(html, "html.parser")
    assert_no_blank(page)
    if not can_print():
        return
    content = pdf_of(
        html, story.start, letterhead=mine.letterhead, company=plan.company.name,
        templates_dir=story.inst.settings.templates_dir,
    )  # fmt: skip
    keep(name, content)
    foreign = [n for c in plan.clients if c.id != client for n in (c.id, c.name)]
    foreign += [p.id for p in plan.projects if p.client != client]
    assert_form(
        content, title=page.title.get_text(), language=mine.report.language,
        classification=_said(page, ".kicker").rsplit(" · ", 1)[1], edition=_said(page, ".badge"),
        foreign=foreign,
    )  # fmt: skip


def _said(page: BeautifulSoup, place: str) -> str:
    return " ".join(page.select_one(place).get_text().split())


def assert_no_blank(page: BeautifulSoup) -> None:
    """Every place of the page that is there for words has some (D3)."""
    for tag in page.find_all(["p", "li", "dd", "dt", "th", "td", "h1", "h2", "h3", "caption"]):
        assert tag.get_text(strip=True).strip(".:;, "), f"a blank {tag.name} in {page.title}"
