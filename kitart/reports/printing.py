"""One document to PDF, in a process of its own: JSON comes in, PDF goes out.

WeasyPrint and the libraries under it are loaded here alone. Nothing is fetched while it works:
no network, no file; only ``data:`` addresses are read.
"""

from __future__ import annotations

import json
import sys
from typing import Any

CANNOT_LOAD = 3
"""The exit code where WeasyPrint, or a library it stands on, cannot be loaded."""


def main() -> int:
    """Read the order, write the PDF; the exit code."""
    order = json.load(sys.stdin)
    try:
        import weasyprint
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError) as error:
        sys.stderr.write(" ".join(str(error).split()))
        return CANNOT_LOAD
    sys.stdout.buffer.write(_pdf(weasyprint, URLFetcher(allowed_protocols=("data",)), order))
    return 0


def _pdf(weasyprint: Any, fetcher: Any, order: dict[str, str]) -> bytes:
    # A tagged PDF that says its language and title, so that a screen reader can read it.
    form = {"pdf_variant": "pdf/ua-1", "pdf_tags": True}
    page = weasyprint.HTML(string=order["html"], url_fetcher=fetcher)
    document = page.render(**form)
    # The document's own moment, not that of the printing: the same HTML gives the same bytes.
    document.metadata.created = document.metadata.modified = order["moment"]
    pdf: bytes = document.write_pdf(**form)
    return pdf


if __name__ == "__main__":
    sys.exit(main())
