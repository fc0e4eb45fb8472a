"""The escalation matrix has every field of each holder, the chain, and what is not set (R50)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from kitart.cli import app
from kitart.language import LANGUAGES
from kitart.plan.loading import load_plan
from kitart.plan.schema import Plan
from kitart.reports.paper import matrix, printing
from kitart.reports.pdf import PdfUnavailable
from kitart.settings import HOUSE
from kitart.settings import settings as settings_of_house

pytestmark = pytest.mark.covers("R50", "D14", "D17")

PLAN = load_plan(HOUSE / "config")
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def view(plan: Plan = PLAN, language: str = "en", **verified: datetime) -> matrix.Matrix:
    known = {
        (person.id, channel.kind, channel.address): verified[person.id]
        for person in plan.people
        for channel in person.channels
        if person.id in verified
    }
    return matrix.matrix(plan, language, made_at=NOW, verified=known)


def line(code: str, found: matrix.Matrix) -> matrix.Line:
    return next(each for each in found.lines if each.code == code)


def changed(code: str, **fields: object) -> Plan:
    people = tuple(
        person.model_copy(update=fields) if person.id == code else person for person in PLAN.people
    )
    return PLAN.model_copy(update={"people": people})


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_holder_has_every_field_and_none_is_blank(language: str) -> None:
    found = view(language=language)
    assert [each.code for each in found.lines] == [person.id for person in PLAN.people]
    for each in found.lines:
        assert list(each.cells) == list(matrix.FIELDS)
        assert all(each.cells.values())
        assert not [cell for cell in each.cells.values() if "{" in cell]


def test_a_line_says_role_scope_deputies_and_rota() -> None:
    found = view()
    manager, member = line("AM-1", found).cells, line("ERT-2", found).cells
    assert manager["role"] == "account manager, projects: ALPHA, DELTA"
    assert (manager["deputy_1"], manager["deputy_2"]) == ("AM-2", "IT-MGR")
    assert line("IT-DEP", found).cells["role"] == "IT manager, deputy of IT-MGR"
    assert (member["deputy_1"], member["deputy_2"]) == ("ERT-3", "ERT-4")
    assert member["on_call"] == "number 2 of ROTA-A; first: Mon-Fri 16:00-24:00 (Europe/Budapest)"
    assert "OPERATOR-1" in line("CMT-LEAD", found).cells["depends_on"]


def test_the_limits_are_this_plans() -> None:
    limits = PLAN.limits.model_copy(update={"ert_ack_in_hours": 7, "role_unreachable": 9})
    found = view(PLAN.model_copy(update={"limits": limits}))
    assert line("ERT-1", found).cells["acknowledge"] == "7 min in service hours, 15 min outside"
    assert "deputy after 9 min" in line("IT-MGR", found).cells["silence"]
    chain = {when: limit for when, _, limit in found.chain}
    assert chain["Severe incident"] == "7 / 15 min"
    assert chain["Recovery time half over, or over, without cover"] == (
        "15 / 30 min; level 4: 4 / 8 h"
    )


def test_what_the_plan_does_not_say_reads_not_set_and_is_a_finding() -> None:
    found = view(changed("ERT-1", deputy=None))
    assert line("ERT-1", found).cells["deputy_1"] == "not set"
    findings = dict(found.findings)
    assert "Deputy 1: not set; Deputy 2: not set" in findings["ERT-1"]
    assert "valid from / to: not set" in findings["the plan"]
    assert "deputy AM-2 is in the same area" in findings["AM-1"]
    assert "no two channels that do not fail together" in findings["CMT-LEAD"]


def test_doubtful_channels_are_findings() -> None:
    channels = PLAN.person("ERT-1").channels
    old = channels[0].model_copy(update={"verified": date(2026, 8, 1)})
    never = channels[1].model_copy(update={"verified": None})
    said = dict(view(changed("ERT-1", channels=(old, never, channels[2]))).findings)["ERT-1"]
    assert "SMS: verified more than 90 days ago" in said
    assert "phone call: unverified" in said
    assert "mail" not in said


def test_who_answered_a_test_has_confirmed_the_line() -> None:
    at = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    found = view(**{"ERT-1": at})
    assert line("ERT-1", found).cells["confirmed"] == "2026-11-20"
    assert "ERT-1" not in dict(found.findings)


def test_as_csv_it_is_a_line_a_holder_and_no_cell_is_a_formula() -> None:
    found = view(changed("ERT-1", responsibility="=1+1"))
    text = matrix.as_csv(found)
    assert text.startswith("\ufeff")
    head, *rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    assert len(rows) == len(PLAN.people)
    assert all(len(row) == len(head) == len(matrix.FIELDS) + 2 for row in rows)
    ert = rows[[person.id for person in PLAN.people].index("ERT-1")]
    assert ert[1] == "'=1+1"
    assert found.version in ert


def run(tmp_path: Path, *more: str) -> Result:
    settings_of_house.cache_clear()
    env = {"KITART_DATA_DIR": str(tmp_path / "var")}
    order = ["plan", "matrix", "--dir", str(HOUSE / "config"), *more]
    return CliRunner().invoke(app, order, env=env)


def test_the_command_prints_json(tmp_path: Path) -> None:
    done = run(tmp_path, "--format", "json", "--language", "hu")
    assert done.exit_code == 0, done.output
    body = json.loads(done.stdout)
    assert body["version"] == PLAN.hash[:12]
    assert set(body["lines"][0]) == {*matrix.FIELDS, "not_set"}
    assert body["chain"]
    assert body["findings"]


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", ("Escalation matrix", "Must be told", "Findings")),
     ("hu", ("Eszkalációs mátrix", "Tájékoztatni kell", "Megállapítások"))],
)  # fmt: skip
def test_the_pdf_has_everybody_and_which_plan_it_is(
    tmp_path: Path, pdf_pages: Callable[[bytes], list[str]], language: str, words: tuple[str, ...]
) -> None:
    done = run(tmp_path, "--out", str(tmp_path / "out"), "--language", language)
    assert done.exit_code == 0, done.output
    (made,) = (tmp_path / "out").iterdir()
    assert made.name == f"matrix_{language}_{PLAN.hash[:12]}.pdf"
    pages = pdf_pages(made.read_bytes())
    flat = " ".join(" ".join(pages).split())
    for expected in (*words, *(person.id for person in PLAN.people)):
        assert expected in flat
    assert all(PLAN.hash[:12] in page for page in pages)


def test_without_pango_html_is_written_and_a_note_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*_: object, **__: object) -> bytes:
        raise PdfUnavailable("WeasyPrint cannot be loaded")

    monkeypatch.setattr(printing, "pdf_of", none)
    done = run(tmp_path, "--out", str(tmp_path / "out"))
    assert done.exit_code == 0
    assert "HTML instead of PDF: WeasyPrint cannot be loaded" in done.output
    assert [path.suffix for path in (tmp_path / "out").iterdir()] == [".html"]


@pytest.mark.parametrize(
    ("option", "wrong", "right"),
    [("--format", "doc", "html, pdf, csv"), ("--language", "de", "hu")],
)
def test_what_there_is_not_is_refused_with_what_there_is(
    tmp_path: Path, option: str, wrong: str, right: str
) -> None:
    done = run(tmp_path, option, wrong)
    assert done.exit_code == 2
    assert wrong in done.output
    assert right in done.output
