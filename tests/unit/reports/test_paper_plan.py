"""The paper plan's pages read back: each role has what it needs, in both languages (D17, R50)."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import cache
from html import unescape
from pathlib import Path

import pytest

from kitart.language import LANGUAGES
from kitart.plan.loading import load_plan
from kitart.reports.paper import printing
from kitart.reports.paper.view import ROLES, address_key, paper_plan
from kitart.settings import HOUSE
from tests import catalogues

Pages = Callable[[bytes], list[str]]

PLAN = load_plan(HOUSE / "config")
MOMENT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@cache
def html(role: str, language: str) -> str:
    return printing.as_html(
        PLAN, role, language, printed_at=MOMENT, verified={}, templates_dir=HOUSE / "templates"
    )


@cache
def pdf(role: str, language: str) -> bytes:
    return printing.as_pdf(
        html(role, language), PLAN, printed_at=MOMENT, templates_dir=HOUSE / "templates"
    )


def test_every_kind_of_role_has_steps() -> None:
    assert {person.kind for person in PLAN.people} <= set(ROLES)


@pytest.mark.covers("D17", "R50")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("role", ROLES)
def test_each_page_has_everybody_of_the_matrix_with_each_number(role: str, language: str) -> None:
    text = html(role, language)
    for person in PLAN.people:
        assert f'<th scope="row">{person.id}' in text
        for channel in person.channels:
            assert channel.address in text
    assert PLAN.hash[:12] in text


@pytest.mark.covers("D17", "D26")
@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("Paper plan: supervisor", "Your steps, in order", "Escalation matrix",
                "Phone lines and the carrier's diverts", "Blank form: incident log",
                "Blank form: manual call log")),
        ("hu", ("Papíralapú terv: csoportvezető", "Az Ön lépései, sorrendben",
                "Eszkalációs mátrix", "Telefonvonalak és szolgáltatói átirányítások",
                "Üres űrlap: eseménynapló", "Üres űrlap: kézi hívásnapló", "Sürgősség")),
    ],
)  # fmt: skip
def test_the_pdf_says_on_each_page_which_plan_it_is(
    language: str, said: tuple[str, ...], pdf_pages: Pages
) -> None:
    pages = pdf_pages(pdf("supervisor", language))
    flat = " ".join(" ".join(pages).split())
    for words in said:
        assert words in flat
    for number, page in enumerate(pages, start=1):
        foot = " ".join(page.split())[-160:]
        assert PLAN.hash[:12] in foot
        assert "24" in foot
        assert re.search(rf"{number} ?/ ?{len(pages)}$", foot)
    for person in PLAN.people:
        assert person.id in flat
        for channel in person.channels:
            assert channel.address in flat
    for line in PLAN.lines:
        assert line.carrier_divert_number
        assert line.carrier_divert_number in flat


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pdf_is_tagged_and_each_form_is_a_page_of_its_own(
    language: str, pdf_pages: Pages, tmp_path: Path
) -> None:
    content = pdf("account_manager", language)
    (tmp_path / "a.pdf").write_bytes(content)
    info = subprocess.run(
        ["pdfinfo", str(tmp_path / "a.pdf")],
        capture_output=True, text=True, timeout=30, check=True,
    ).stdout  # fmt: skip
    assert re.search(r"Tagged: +yes\n", info)
    assert re.search(r"Page size: .*A4", info)
    blank = {"en": "Blank form", "hu": "Üres űrlap"}[language]
    forms = [page for page in pdf_pages(content) if blank in page]
    assert len(forms) == 3
    assert pdf_pages(content)[-3:] == forms, "no form goes on to another page"


@pytest.mark.covers("D26")
@pytest.mark.parametrize("role", ROLES)
def test_the_hungarian_paper_has_nothing_of_ours_in_english(role: str) -> None:
    text = re.sub(r"<style>.*?</style>", "", html(role, "hu"), flags=re.DOTALL)
    flat = " ".join(re.sub(r"<[^>]+>", " ", text).split())
    # What the company wrote into its plan is in its words.
    for person in PLAN.people:
        for words in (person.responsibility, person.authority):
            flat = flat.replace(words, "").replace(words[:1].upper() + words[1:], "")
    assert catalogues.left_in_english(flat, "hu", "reports") == []
    assert "{" not in flat


@pytest.mark.covers("D22")
def test_a_role_has_only_what_it_needs() -> None:
    made = {role: paper_plan(PLAN, role, "en", printed_at=MOMENT, verified={}) for role in ROLES}
    officer = made["data_protection"]
    assert (officer.lines, officer.suppliers, officer.systems) == ((), (), ())
    assert officer.form_groups == ()
    assert officer.inputs == ()
    assert made["supervisor"].suppliers == ()
    assert made["supervisor"].form_groups
    assert not made["supervisor"].decides
    assert made["vcc_admin"].lines
    assert made["vcc_admin"].clients == ()
    assert made["ert"].suppliers
    assert made["ert"].decides
    # Nobody's paper holds an agent's number.
    for role in ROLES:
        assert PLAN.agents[0].channels[0].address not in html(role, "en")


def test_the_limits_are_those_of_the_plan() -> None:
    other = PLAN.model_copy(
        update={"limits": PLAN.limits.model_copy(update={"ert_ack_in_hours": 7})}
    )
    steps = paper_plan(other, "ert", "en", printed_at=MOMENT, verified={}).steps
    assert steps[0][1] == "7 min in service hours, 15 min outside"


def test_a_test_of_the_contact_list_makes_a_number_newer() -> None:
    person = PLAN.people[0]
    newer = {address_key(person.id, person.channels[0]): date(2026, 11, 20)}
    made = paper_plan(PLAN, "ert", "en", printed_at=MOMENT, verified=newer)
    assert [since for _, _, since in made.matrix[0].channels][:2] == ["2026-11-20", "2026-10-30"]


def test_a_role_or_language_that_there_is_not_is_refused() -> None:
    with pytest.raises(KeyError):
        html("janitor", "en")
    with pytest.raises(LookupError, match="there are: en, hu"):
        html("ert", "de")


@pytest.mark.covers("D17", "A21")
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_paper_says_what_is_due_from_others_and_what_to_use_meanwhile(language: str) -> None:
    text = unescape(html("supervisor", language))
    for expected in PLAN.inputs:
        assert expected.name in text
        assert expected.due[0] in text
        for fallback in expected.fallbacks:
            assert fallback.text in text
    assert html("data_protection", language).count(PLAN.inputs[0].name) == 0
