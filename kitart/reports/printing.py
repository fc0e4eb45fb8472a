"""Documents to PDF, in a process of its own: an order comes in, a PDF goes out, and the next.

An order is a line of JSON; the answer is a line with the PDF's length and the PDF. WeasyPrint and
the libraries under it are loaded here alone, once for many documents: loading them costs as much as
a document. Nothing is fetched while it works: no network, no file; only ``data:`` addresses are
read. It ends when nothing more is asked for a while, or when whoever asked is gone.
"""

from __future__ import annotations

import json
import select
import sys
from typing import Any

CANNOT_LOAD = 3
"""The exit code where WeasyPrint, or a library it stands on, cannot be loaded."""
IDLE_S = 20.0
"""So long it waits for another order, in real seconds: it holds about 70 MB meanwhile."""
MOST = 50
"""After so many documents it gives way to a fresh one, whatever the libraries have kept."""


def main() -> int:
    """Read orders and write PDFs; the exit code."""
    try:
        import weasyprint
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError) as error:
        sys.stderr.write(" ".join(str(error).split()))
        return CANNOT_LOAD
    for _ in range(MOST):
        if not select.select([sys.stdin.buffer], [], [], IDLE_S)[0]:
            return 0
        line = sys.stdin.buffer.readline()
        if not line:
            return 0
        content = _pdf(weasyprint, URLFetcher(allowed_protocols=("data",)), json.loads(line))
        sys.stdout.buffer.write(b"%d\n" % len(content))
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    return 0


def _pdf(weasyprint: Any, fetcher: Any, order: dict[str, str]) -> bytes:
    # A tagged PDF that says its language and title, so that a screen reader can read it.
    form = {"pdf_variant": "pdf/ua-1", "pdf_tags": True}
    page = weasyprint.HTML(string=order["html"], url_fetcher=fetcher)
    document = page.render(**form)
    # The document's own moment, not that of the printing: the same HTML gives the same bytes.
    document.metadata.created = document.metadata.modified = order["moment"]
    pdf: bytes = document.write_pdf(finisher=_scoped, **form)
    return pdf


def _scoped(_: Any, pdf: Any) -> None:
    """Each header cell says whether it heads a column or a row, as its scope does in the HTML."""
    known: dict[Any, Any] = {each.reference: each for each in pdf.objects if hasattr(each, "get")}
    for cell in list(known.values()):
        if cell.get("S") == "/TH":
            group = known[known[cell["P"]]["P"]]
            cell["A"]["Scope"] = "/Column" if group.get("S") == "/THead" else "/Row"


if __name__ == "__main__":
    sys.exit(main())
