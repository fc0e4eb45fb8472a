"""The plain-text form of a rendered report, read from its HTML, so that both say the same."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_SILENT = {"head", "style", "script"}
_BLOCKS = {"p", "div", "section", "header", "footer", "main", "dl", "ul", "ol", "table", "caption"}
_PICTURE = re.compile(r"<svg\b.*?<desc[^>]*>(.*?)</desc>.*?</svg>", re.DOTALL)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self.words = ""
        self.silent = 0
        self.column_names: list[str] = []
        self.cells: list[str] = []
        self.in_head_row = False
        self.in_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self.silent += 1
        elif tag in ("h1", "h2", "h3"):
            self._end_line()
            self.lines.append("")
        elif tag == "table":
            self._end_line()
            self.column_names = []
        elif tag == "thead":
            self.in_head_row = True
        elif tag in ("th", "td"):
            self.in_cell = True
        elif self.in_cell:
            self.words += ": " if tag == "br" else ""
        elif tag == "li":
            self._end_line()
            self.words = "- "
        elif tag in _BLOCKS or tag in ("dt", "tr") or tag == "br":
            self._end_line()

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self.silent -= 1
        elif tag in ("h1", "h2", "h3"):
            mark = {"h1": "=", "h2": "-"}.get(tag, "")
            title = self.words.strip()
            self._end_line()
            if mark and title:
                self.lines.append(mark * min(len(title), 70))
        elif tag == "dt":
            self.words = f"{self.words.strip()}: "
        elif tag in ("th", "td"):
            self.cells.append(re.sub(r"\s+", " ", self.words).strip())
            self.in_cell = False
            self.words = ""
        elif tag == "tr":
            self._end_row()
        elif tag == "thead":
            self.in_head_row = False
        elif tag in _BLOCKS or tag in ("li", "dd"):
            self._end_line()

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.words += re.sub(r"\s+", " ", data)

    def _end_row(self) -> None:
        if self.in_head_row:
            self.column_names = self.cells
        elif self.cells:
            names = self.column_names or [""] * len(self.cells)
            named = [
                f"{name}: {cell}" if name else cell
                for name, cell in zip(names, self.cells, strict=False)
            ]
            self.lines.append("- " + "; ".join(named))
        self.cells = []
        self.words = ""

    def _end_line(self) -> None:
        line = re.sub(r"\s+", " ", self.words).strip()
        if line and line != "-":
            self.lines.append(line)
        self.words = ""


def _told(html: str) -> str:
    """A picture by its words; once, though it is drawn in two sizes."""
    told: set[str] = set()

    def words(found: re.Match[str]) -> str:
        about = found[1]
        if about in told:
            return ""
        told.add(about)
        return f"<p>{about}</p>"

    return _PICTURE.sub(words, html)


def plain_text(html: str) -> str:
    """The text of a report's HTML: headings underlined, one line per table row."""
    reader = _Reader()
    reader.feed(_told(html))
    reader.close()
    reader._end_line()
    return re.sub(r"\n{3,}", "\n\n", "\n".join(reader.lines)).strip() + "\n"
