"""``kitart plan print``: files for each role and language, PDF or HTML (D17)."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from kitart.cli import app
from kitart.reports.paper import printing
from kitart.reports.pdf import PdfUnavailable
from kitart.settings import HOUSE

pytestmark = pytest.mark.covers("D17")


@pytest.fixture(autouse=True)
def no_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan is printed before there is a journal, too."""
    monkeypatch.setenv("KITART_DATA_DIR", str(tmp_path / "var"))


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
