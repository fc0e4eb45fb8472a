"""A document's HTML becomes a PDF: A4, with the client's letterhead and a footer on each page.

WeasyPrint works in a process of its own with a time limit (``printer``): whatever a layout or a
system library does, the run that waits for it goes on.
"""

from __future__ import annotations

import re
import threading
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from markupsafe import escape

from kitart.plan.clients import Letterhead
from kitart.reports.printer import Ended, Pool, TooSlow
from kitart.settings import settings

LIMIT_S = 20.0
"""How long making one PDF may take, in real seconds; usual is one, or two for the first."""
AT_ONCE = 2
"""Each printing takes a core for a second and holds about 70 MB; one more waits for its turn."""
SYSTEM_PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"


NARROW = re.compile(r'<svg class="drawn narrow".*?</svg>', re.DOTALL)
PICTURE = re.compile(r"<title id=[^>]*>(.*?)</title>\s*<desc[^>]*>(.*?)</desc>", re.DOTALL)
_turn = threading.Semaphore(AT_ONCE)
_printers = Pool()


class PdfNotMade(Exception):
    """There is no PDF of a document; the message says why in plain words."""


class PdfUnavailable(PdfNotMade):
    """No PDF can be made on this machine at all; the message says what to install."""


def pdf_of(
    html: str,
    moment: datetime,
    *,
    letterhead: Letterhead | None = None,
    company: str = "",
    templates_dir: Path | None = None,
) -> bytes:
    """The PDF of a document's HTML, the same bytes for the same input on the same machine.

    ``moment`` stands in the PDF as its date of creation. ``letterhead`` (the client's) and
    ``company`` (ours) stand on the first page. Nothing outside the HTML is read. Raises
    ``PdfUnavailable`` where WeasyPrint's libraries are missing, ``PdfNotMade`` for the rest.
    """
    folder = templates_dir or settings().templates_dir
    try:
        style = (folder / "reports" / "_print.css").read_text(encoding="utf-8")
    except OSError as error:
        raise PdfNotMade(f"its print style could not be read ({error})") from None
    return _printed(_dressed(html, style, _head(letterhead, company)), _w3c(moment))


def can_print() -> bool:
    """Whether WeasyPrint and the libraries under it are on this machine."""
    try:
        _printed("<html><head><title>-</title></head><body></body></html>", "2000-01-01")
    except PdfUnavailable:
        return False
    return True


def pdf_name(file_name: str) -> str:
    """The PDF's name beside its HTML: ``INC-0142_CL-1_Closing-report_v1.pdf``."""
    return f"{file_name.removesuffix('.html')}.pdf"


def _dressed(html: str, style: str, head: str) -> str:
    """The page with the print style as its last word, and the letterhead before all else."""
    before, body, after = html.partition("<body>")
    if not body or "</head>" not in before:
        raise PdfNotMade("the document has no <head> and <body>: a rendered report is needed")
    # A sheet is broad; and what stands for a picture in a PDF is taken from its title alone.
    after = NARROW.sub("", after)
    after = PICTURE.sub(r"<title>\1. \2</title>", after)
    return f"{before.replace('</head>', f'<style>{style}</style></head>', 1)}{body}{head}{after}"


def _head(letterhead: Letterhead | None, company: str) -> str:
    if letterhead is None:
        return f'<div class="letterhead"><div>{escape(company)}</div></div>' if company else ""
    lines = "".join(f"<p>{escape(line)}</p>" for line in letterhead.lines)
    return (
        f'<div class="letterhead"><div><p class="letterhead-title">{escape(letterhead.title)}</p>'
        f'{lines}</div><div class="letterhead-from">{escape(company)}</div></div>'
    )


def _w3c(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def forget() -> None:
    """Make each PDF anew from now on: for tests that take something away."""
    _printed.cache_clear()
    _printers.end()


# The mail and the filing ask for the same document one after the other.
@lru_cache(maxsize=8)
def _printed(html: str, moment: str) -> bytes:
    if not _turn.acquire(timeout=LIMIT_S):
        raise PdfNotMade(f"others were being made for more than {LIMIT_S:g} seconds")
    try:
        return _printers.pdf(html, moment, LIMIT_S)
    except TooSlow:
        raise PdfNotMade(f"making it took more than {LIMIT_S:g} seconds") from None
    except Ended as end:
        if end.cannot_load:
            raise PdfUnavailable(
                f"WeasyPrint cannot be loaded ({end.said[:200]}); on Debian and Ubuntu: "
                f"apt-get install {SYSTEM_PACKAGES}"
            ) from None
        last = end.said.splitlines()[-1][:200] if end.said else "without a word"
        raise PdfNotMade(f"the process that makes it ended with {end.code} ({last})") from None
    except OSError as error:
        raise PdfNotMade(f"the process that makes it could not be started ({error})") from None
    finally:
        _turn.release()
