"""``kitart plan print``: files for each role and language, PDF or HTML (D17)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kitart.cli import app
from kitart.journal import offline_copies
from kitart.journal.database import Journal
from kitart.journal.tables import PrintedCopy
from kitart.journal.upgrading import upgrade
from kitart.plan.loading import load_plan
from kitart.reports.paper import printing
from kitart.reports.pdf import PdfUnavailable
from kitart.settings import HOUSE, settings

pytestmark = pytest.mark.covers("D17")


@pytest.fixture(autouse=True)
def no_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A plan is printed before there is a journal, too."""
    monkeypatch.setenv("KITART_DATA_DIR", str(tmp_path / "var"))
    settings.cache_clear()
    yield
    settings.cache_clear()


def run(tmp_path: Path, *more: str):  # type: ignore[no-untyped-def]
    order = ["plan", "print", "--out", str(tmp_path / "out"), "--dir", str(HOUSE / "config")]
    return CliRunner().invoke(app, [*order, *more])


def test_without_pango_html_is_written_and_a_note_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*_: object, **__: object) -> bytes:
        raise PdfUnavailable("WeasyPrint cannot be loaded; apt-get install libpango-1.0-0")

    monkeypatch.setattr(printing, "pdf_of", none)
    done = run(tmp_path)
    assert done.exit_code == 0, done.output
    assert "HTML instead of PDF: WeasyPrint cannot be loaded; apt-get install" in done.output
    made = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert len(made) == 2 * len(printing.ROLES)
    assert all(name.endswith(".html") for name in made)
    page = next((tmp_path / "out").glob("plan_supervisor_hu_*.html")).read_text("utf-8")
    assert "Papíralapú terv: csoportvezető" in page


def test_one_role_in_one_language_is_one_pdf(tmp_path: Path, pdf_pages) -> None:  # type: ignore[no-untyped-def]
    done = run(tmp_path, "--role", "vcc_admin", "--language", "hu")
    assert done.exit_code == 0, done.output
    (made,) = (tmp_path / "out").iterdir()
    assert made.name.startswith("plan_vcc_admin_hu_")
    assert str(made) in done.output
    assert any("Eszkalációs mátrix" in page for page in pdf_pages(made.read_bytes()))


@pytest.mark.parametrize(
    ("option", "wrong", "right"), [("--role", "cook", "supervisor"), ("--language", "de", "en, hu")]
)
def test_what_there_is_not_is_refused_with_what_there_is(
    tmp_path: Path, option: str, wrong: str, right: str
) -> None:
    done = run(tmp_path, option, wrong)
    assert done.exit_code == 2
    assert wrong in done.output
    assert right in done.output


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """The journal of this installation."""
    (tmp_path / "var").mkdir()
    one = Journal(f"sqlite:///{tmp_path / 'var' / 'journal.db'}")
    upgrade(one)
    yield one
    one.close()


def test_a_print_for_a_role_is_the_copy_of_everybody_who_holds_it(
    tmp_path: Path, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    html_alone(monkeypatch)
    plan = load_plan(HOUSE / "config")
    done = run(tmp_path, "--role", "supervisor", "--language", "hu")
    assert done.exit_code == 0, done.output
    with journal.read() as session:
        held = {each.person: each for each in offline_copies.of_people(session, plan)}
    assert {p for p, each in held.items() if each.plan_hash == plan.hash} == {
        person.id for person in plan.people_of_kind("supervisor")
    }
    assert held["SV-1"].by == "operator"
    assert held["AM-1"].plan_hash is None


def test_a_print_for_one_person_is_that_person_s_alone(
    tmp_path: Path, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    html_alone(monkeypatch)
    plan = load_plan(HOUSE / "config")
    done = run(tmp_path, "--person", "SV-2", "--language", "en")
    assert done.exit_code == 0, done.output
    assert [p.name.split("_")[1] for p in (tmp_path / "out").iterdir()] == ["supervisor"]
    with journal.read() as session:
        held = offline_copies.of_people(session, plan)
    assert [each.person for each in held if each.plan_hash] == ["SV-2"]


@pytest.mark.parametrize(
    ("order", "said"),
    [
        (["--person", "SV-99"], "right would be a code of people.yaml"),
        (["--person", "SV-1", "--role", "ert"], "SV-1 is supervisor"),
    ],
)
def test_a_person_who_is_none_or_of_another_role_is_refused(
    tmp_path: Path, order: list[str], said: str
) -> None:
    done = run(tmp_path, *order)
    assert done.exit_code == 2
    assert said in " ".join(done.output.split())


@pytest.mark.covers("R50")
def test_the_matrix_is_recorded_too_and_is_nobody_s_paper_plan(
    tmp_path: Path, journal: Journal
) -> None:
    order = ["plan", "matrix", "--format", "csv", "--dir", str(HOUSE / "config")]
    assert CliRunner().invoke(app, order).exit_code == 0
    plan = load_plan(HOUSE / "config")
    with journal.read() as session:
        (row,) = session.query(PrintedCopy).all()
        assert (row.what, row.form, row.by, row.plan_hash) == (
            "matrix", "csv", "operator", plan.hash,
        )  # fmt: skip
        assert all(each.plan_hash is None for each in offline_copies.of_people(session, plan))


def test_without_a_journal_it_is_printed_all_the_same_and_said_not_to_be_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    html_alone(monkeypatch)
    done = run(tmp_path, "--role", "ert", "--language", "en")
    assert done.exit_code == 0
    assert "Not recorded as printed" in done.output
    assert len(list((tmp_path / "out").iterdir())) == 1


def html_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object, **__: object) -> bytes:
        raise PdfUnavailable("not wanted here")

    monkeypatch.setattr(printing, "pdf_of", none)
