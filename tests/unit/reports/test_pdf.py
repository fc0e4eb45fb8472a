"""The PDF of a report: its pages read back, and what happens where none can be made."""

from __future__ import annotations

import http.server
import os
import re
import subprocess
import sys
import threading
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kitart.plan.clients import Letterhead
from kitart.reports import pdf
from kitart.reports.closing_report import build_closing_report
from kitart.reports.facts import IncidentFacts, TimelineEntry
from kitart.reports.first_notification import build_first_notification
from kitart.reports.pdf import PdfNotMade, PdfUnavailable, pdf_name, pdf_of
from kitart.reports.printer import Pool
from kitart.reports.rendering import render
from tests.pdf_form import assert_form, elements

At = Callable[..., datetime]
Make = Callable[..., IncidentFacts]
Pages = Callable[[bytes], list[str]]

MOMENT = datetime(2026, 11, 23, 15, 55, tzinfo=UTC)
HUNGARIAN = "Győr és Pécs közt az űrhajó őre bővülő szűrőt kőből fúrt"
OTHERS = "Zażółć gęślą jaźń; Țară și știință; Größe; Ça a été noté"
HEAD = Letterhead(title="Kőszűrő és Társa", lines=("Vevőszolgálat", "Ügyfélvonal"))
PAGE = "<!DOCTYPE html><html lang='en'><head><title>t</title></head><body>%s</body></html>"


def unpacked(content: bytes) -> bytes:
    """The PDF's objects, those in compressed streams too."""
    streams = re.findall(rb"/FlateDecode.*?stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL)
    assert streams
    return b"\n".join([content, *(zlib.decompress(stream) for stream in streams)])


@pytest.fixture
def long_report(closed_facts: IncidentFacts, moment: At) -> str:
    """A sent closing report over several pages, in four alphabets' letters."""
    entries = tuple(
        TimelineEntry(
            seq=n, occurred_at=moment(f"14:{n:02d}"), recorded_at=moment(f"14:{n:02d}"),
            type="note", author_role="ERT-1", source="monitoring",
            text=f"Entry {n} begins. {f'{HUNGARIAN}. {OTHERS}. ' * 3} Entry {n} ends.",
            audience="client-safe",
        )
        for n in range(1, 41)
    )  # fmt: skip
    facts = closed_facts.model_copy(update={"timeline": entries})
    view = build_closing_report(
        facts, "CL-3", now=moment("16:00"), status="sent", version=2,
        approver_role="AM-1", approved_at=MOMENT,
    )  # fmt: skip
    return render(view).html


@pytest.mark.covers("D25")
def test_each_page_says_which_document_it_is_and_how_many_pages_there_are(
    long_report: str, pdf_pages: Pages
) -> None:
    pages = pdf_pages(pdf_of(long_report, MOMENT, letterhead=HEAD, company="The Company"))
    assert len(pages) > 3
    for number, page in enumerate(pages, start=1):
        foot = " ".join("\n".join(page.strip().splitlines()[-4:]).split())
        assert "INC-0142 · Duna Home · Confidential – for Duna Home only" in foot
        assert "Closing report · Version 2, sent" in foot
        assert re.search(rf"sent {number} ?/ ?{len(pages)}$", foot)


def test_the_clients_letterhead_stands_on_the_first_page_alone(
    long_report: str, pdf_pages: Pages
) -> None:
    first, *others = pdf_pages(pdf_of(long_report, MOMENT, letterhead=HEAD, company="The Company"))
    assert first.strip().startswith("Kőszűrő és Társa")
    for words in ("Vevőszolgálat", "Ügyfélvonal", "The Company"):
        assert words in first
        assert not any(words in page for page in others)


def test_letters_of_every_language_are_kept_and_no_row_is_split(
    long_report: str, pdf_pages: Pages
) -> None:
    pages = pdf_pages(pdf_of(long_report, MOMENT))
    text = " ".join(" ".join(pages).split())
    for letters in ("ő", "ű", "Győr", "bővülő", "ż", "ś", "ț", "Ț", "ß", "Ç"):
        assert letters in text
    for number in range(1, 41):
        (page,) = (page for page in pages if f"Entry {number} begins" in page)
        assert re.search(rf"Entry\s+{number}\b", page[page.index(f"Entry {number} begins") + 9 :])
    # The head of a table that goes on stands above it again.
    going_on = [page for page in pages if "Entry" in page]
    assert all(re.search(r"Time +Event +By +Source", page) for page in going_on)


def test_the_pdf_is_tagged_and_says_its_title_language_and_moment(
    long_report: str, pdf_pages: Pages, tmp_path: Path
) -> None:
    content = pdf_of(long_report, MOMENT)
    (tmp_path / "a.pdf").write_bytes(content)
    info = subprocess.run(
        ["pdfinfo", "-isodates", str(tmp_path / "a.pdf")],
        capture_output=True, text=True, timeout=30, check=True, env={**os.environ, "TZ": "UTC"},
    ).stdout  # fmt: skip
    assert re.search(r"Title: +INC-0142 – Closing report\n", info)
    assert re.search(r"Tagged: +yes\n", info)
    assert re.search(r"CreationDate: +2026-11-23T15:55:00Z\n", info)
    assert re.search(r"Page size: .*A4", info)
    assert b"/Lang (en)" in unpacked(content)
    fonts = subprocess.run(
        ["pdffonts", str(tmp_path / "a.pdf")],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    ).stdout.splitlines()[2:]
    assert fonts
    assert all(line.split()[-5] == "yes" for line in fonts), "every font lies in the file"


@pytest.mark.covers("D22", "D23", "D25")
def test_another_reader_finds_tags_bookmarks_scopes_and_words_for_the_picture(
    long_report: str, pdf_pages: Pages
) -> None:
    content = pdf_of(long_report, MOMENT, letterhead=HEAD)
    assert_form(
        content, title="INC-0142 – Closing report", language="en",
        classification="Confidential – for Duna Home only", edition="Version 2, sent",
        foreign=("Elektro Nord", "ALPHA"),
    )  # fmt: skip
    (figure,) = [each for each in elements(content) if each["/S"] == "/Figure"]
    for words in ("Our telephone system: down from 15:00 CET", "Recovered 15:38 CET", "Milestones"):
        assert words in figure["/Alt"]
    heads = {each["/A"]["/Scope"] for each in elements(content) if each["/S"] == "/TH"}
    assert heads == {"/Column", "/Row"}


@pytest.mark.covers("D18")
def test_the_same_document_gives_the_same_bytes_in_another_process(
    long_report: str, pdf_pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = pdf_of(long_report, MOMENT, letterhead=HEAD)
    pdf.forget()
    monkeypatch.setenv("PYTHONHASHSEED", "1234")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    assert pdf_of(long_report, MOMENT, letterhead=HEAD) == first


@pytest.mark.covers("D4")
def test_an_exercise_says_so_on_every_page(make: Make, moment: At, pdf_pages: Pages) -> None:
    view = build_first_notification(make(exercise=True), "CL-1", now=moment("14:12"))
    pages = pdf_pages(pdf_of(render(view).html, MOMENT))
    assert len(pages) > 1
    assert all("EXERCISE - no real incident" in page.strip().splitlines()[0] for page in pages)
    assert all("EXERCISE: First notification · Version 1, draft" in page for page in pages)


def test_nothing_is_fetched_and_no_file_is_read(tmp_path: Path, pdf_pages: Pages) -> None:
    asked: list[str] = []

    class Spy(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            pass

    (tmp_path / "secret.css").write_text("p::after { content: ' LEAKED' }")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Spy) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        outside = f"http://127.0.0.1:{server.server_port}"
        body = (
            f"<link rel=stylesheet href='{(tmp_path / 'secret.css').as_uri()}'>"
            f"<link rel=attachment href='{(tmp_path / 'secret.css').as_uri()}'>"
            f"<style>@import '{outside}/a.css'; p {{ background: url({outside}/b.png) }}</style>"
            f"<p>Here</p><img src='{outside}/c.png'><object data='{outside}/d.svg'></object>"
        )
        content = pdf_of(PAGE % body, MOMENT)
        server.shutdown()
    (text,) = pdf_pages(content)
    assert "Here" in text
    assert asked == []
    assert "LEAKED" not in text
    assert b"EmbeddedFile" not in unpacked(content)


def test_markup_in_a_letterhead_stays_text(pdf_pages: Pages) -> None:
    head = Letterhead(title="<b>A & B</b>", lines=("<script>x</script>",))
    (text,) = pdf_pages(pdf_of(PAGE % "<p>Here</p>", MOMENT, letterhead=head))
    assert "<b>A & B</b>" in text
    assert "<script>x</script>" in text


def test_without_pango_it_says_which_packages_are_wanted(without_pango: None) -> None:
    with pytest.raises(PdfUnavailable) as caught:
        pdf_of(PAGE % "<p>Here</p>", MOMENT)
    said = str(caught.value)
    assert "cannot load library 'libpango-1.0-0'" in said
    for package in ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"):
        assert package in said.partition("apt-get install")[2]
    assert not pdf.can_print()


def test_a_printing_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    pdf.forget()
    monkeypatch.setattr(pdf, "LIMIT_S", 0.001)
    with pytest.raises(PdfNotMade, match="took more than"):
        pdf_of(PAGE % "<p>Slow</p>", MOMENT)


def test_one_process_makes_one_document_after_another_and_a_lost_one_is_replaced(
    pdf_pages: Pages,
) -> None:
    pool = Pool()
    dressed = PAGE % "<p>%s</p>"
    first = pool.pdf(dressed % "one", "2026-11-23", 60)
    (printer,) = pool._waiting
    second = pool.pdf(dressed % "two", "2026-11-23", 60)
    assert pool._waiting == [printer]
    printer._process.kill()
    third = pool.pdf(dressed % "three", "2026-11-23", 60)
    assert pool._waiting != [printer]
    for content, words in ((first, "one"), (second, "two"), (third, "three")):
        assert words in pdf_pages(content)[0]
    pool.end()
    assert pool._waiting == []


@pytest.mark.parametrize("asks_on", [True, False], ids=["nothing is asked", "nobody is there"])
def test_a_process_that_nobody_needs_ends_by_itself(pdf_pages: Pages, asks_on: bool) -> None:
    idle = 0.05 if asks_on else 300
    code = f"import sys; from kitart.reports import printing as p; p.IDLE_S = {idle}; "
    with subprocess.Popen(
        [sys.executable, "-c", f"{code}sys.exit(p.main())"], stdin=subprocess.PIPE
    ) as process:
        if not asks_on:
            assert process.stdin is not None
            process.stdin.close()
        assert process.wait(timeout=60) == 0


def test_a_printing_that_breaks_says_how_it_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pdf.forget()
    (tmp_path / "weasyprint.py").write_text("raise RuntimeError('the layout broke')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(PdfNotMade, match=r"ended with 1 .*the layout broke") as caught:
        pdf_of(PAGE % "<p>Broken</p>", MOMENT)
    assert not isinstance(caught.value, PdfUnavailable)


@pytest.mark.parametrize("html", ["", "no page", "<html><body>no head</body></html>"])
def test_what_is_no_page_is_refused_before_any_process(html: str) -> None:
    with pytest.raises(PdfNotMade, match="a rendered report is needed"):
        pdf_of(html, MOMENT)


def test_a_missing_print_style_is_named(tmp_path: Path) -> None:
    with pytest.raises(PdfNotMade, match="print style could not be read"):
        pdf_of(PAGE % "", MOMENT, templates_dir=tmp_path)


def test_importing_the_reports_does_not_load_weasyprint() -> None:
    code = "import kitart.messaging.client, sys; sys.exit('weasyprint' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0


def test_the_pdf_is_named_after_its_html() -> None:
    assert pdf_name("INC-0142_CL-1_Closing-report_v1.html") == "INC-0142_CL-1_Closing-report_v1.pdf"
