"""A view becomes a document: HTML, the same in plain text, a subject, a file name, a checksum."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from kitart.language import SOURCE, words
from kitart.reports.picture.drawing import Picture
from kitart.reports.plain_text import plain_text
from kitart.reports.sentences import capital
from kitart.reports.views import Heading, View
from kitart.reports.wording import Wording
from kitart.settings import settings


@dataclass(frozen=True)
class Document:
    """A finished report. ``checksum`` is the SHA-256 of ``html`` in UTF-8, in hex (D18)."""

    html: str
    subject: str
    file_name: str
    checksum: str

    @cached_property
    def text(self) -> str:
        """The same in plain text, read from the HTML when somebody asks: a third of the work."""
        return plain_text(self.html)


def render(view: View, *, templates_dir: Path | None = None) -> Document:
    """The document of a view; ``jinja2.UndefinedError`` if a template asks for what isn't there."""
    heading = view.heading
    wording = Wording(heading.zone, heading.language)
    folder = templates_dir or settings().templates_dir
    template = environment(folder / "reports", wording.language).get_template(view.template)
    html = template.render(view=view, heading=heading, w=wording)
    html = re.sub(r"\n\s*\n+", "\n", html)
    return Document(
        html=html,
        subject=_subject(heading, wording),
        file_name=_file_name(heading, wording),
        checksum=hashlib.sha256(html.encode()).hexdigest(),
    )


def svg(picture: Picture, *, templates_dir: Path | None = None) -> Markup:
    """A picture by itself, for a page that has it beside other things."""
    folder = templates_dir or settings().templates_dir
    template = environment(folder / "reports", SOURCE).get_template("_picture.html")
    return Markup(template.render(picture=picture))


def _subject(heading: Heading, wording: Wording) -> str:
    subject = wording.say(
        "{incident} {title} (version {version}): {projects}",
        incident=heading.incident, title=heading.title, version=heading.version,
        projects=", ".join(heading.projects),
    )  # fmt: skip
    if heading.exercise:
        subject = f"{wording.say('EXERCISE - no real incident')}: {subject}"
    return " ".join(subject.split())


def _file_name(heading: Heading, wording: Wording) -> str:
    """Letters of every language stay: SharePoint and the file systems take them."""
    parts = [heading.incident, heading.client_id, heading.title, f"v{heading.version}"]
    if heading.exercise:
        parts.insert(0, wording.say("EXERCISE"))
    return "_".join(re.sub(r"[^\w-]+", "-", part).strip("-") for part in parts) + ".html"


@lru_cache(maxsize=8)
def environment(folder: Path, language: str) -> Environment:
    """The templates of a folder in a language, escaped; what is undefined is an error."""
    environment = Environment(
        loader=FileSystemLoader(folder),
        extensions=["jinja2.ext.i18n"],
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    known = words(language, "reports")
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        known.gettext, known.ngettext, newstyle=True
    )
    environment.filters["css_string"] = css_string
    environment.filters["capital"] = capital
    return environment


def css_string(text: Any) -> Markup:
    """``text`` as the inside of a CSS string: all but plain letters and marks are escaped."""
    # The space ends an escape and is not shown. Only letters, digits, these marks and escapes
    # are left: nothing to break out with.
    return Markup(re.sub(r"[^\w .,:()-]", lambda found: f"\\{ord(found[0]):06x} ", str(text)))
