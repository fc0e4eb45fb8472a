"""Reading as a person does: links in a letter, questions on a page, the form sent back."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Tag

from sandbox.letters import Letter

LINK = re.compile(r"https?://[^\s<>\"'\[\]{}|\\^`]+")
DECLINING = frozenset(
    {"decline", "declined", "reject", "refuse", "no", "cannot", "cant", "unable", "2"}
)
"""Button values that say no."""


@dataclass(frozen=True)
class Question:
    """A form that asks something; ``options`` are the answers offered, in their order.

    ``page_text`` is all the words of the page around it.
    """

    kind: str
    question_id: str
    action: str
    options: tuple[str, ...]
    fields: tuple[tuple[str, str], ...] = ()
    blanks: tuple[str, ...] = ()
    answer_name: str = "answer"
    page_text: str = ""


@dataclass(frozen=True)
class Page:
    """What a person sees: the title, the heading and the questions."""

    title: str
    heading: str
    questions: tuple[Question, ...] = field(default_factory=tuple)

    @property
    def seen(self) -> str:
        """Heading, or the title where there is none."""
        return self.heading or self.title


def links_in(letter: Letter, gateway_url: str) -> list[str]:
    """The letter's links to the gateway, each once, in their order."""
    found = [match.rstrip(".,;:!?)*_") for match in LINK.findall(letter.body_text)]
    if letter.html:
        soup = BeautifulSoup(letter.html, "html.parser")
        found += [str(anchor["href"]) for anchor in soup.find_all("a", href=True)]
        found += [match.rstrip(".,;:!?)*_") for match in LINK.findall(soup.get_text(" "))]
    ours = [link for link in found if _is_under(link, gateway_url)]
    return list(dict.fromkeys(ours))


def _is_under(link: str, gateway_url: str) -> bool:
    base = gateway_url.rstrip("/")
    return link.startswith(base) and (len(link) == len(base) or link[len(base)] in "/?#")


def page_of(html: str, url: str) -> Page:
    """A page as read; forms without ``data-question-kind`` ask nothing."""
    soup = BeautifulSoup(html, "html.parser")
    heading = soup.find("h1")
    return Page(
        title=soup.title.get_text(" ", strip=True) if soup.title else "",
        heading=heading.get_text(" ", strip=True) if heading else "",
        questions=tuple(
            _question(form, url, soup.get_text(" ", strip=True))
            for form in soup.find_all("form", attrs={"data-question-kind": True})
        ),
    )


def hidden_fields(html: str) -> dict[str, str]:
    """The hidden fields of the first form on a page that is sent by POST."""
    form = BeautifulSoup(html, "html.parser").find("form", attrs={"method": "post"})
    found = form.find_all("input", type="hidden") if isinstance(form, Tag) else []
    return {str(one["name"]): str(one.get("value", "")) for one in found}


def _question(form: Tag, url: str, text: str) -> Question:
    fields: list[tuple[str, str]] = []
    blanks: list[str] = []
    options: list[str] = []
    for control in form.find_all(["input", "button", "textarea", "select"]):
        name, value = str(control.get("name", "")), str(control.get("value", ""))
        kind = str(control.get("type", "submit" if control.name == "button" else "text")).lower()
        if not name or control.has_attr("disabled"):
            continue
        if name == "answer" and (kind in ("submit", "radio") or control.name == "select"):
            options += _offered(control, value)
        elif kind == "hidden":
            fields.append((name, value))
        elif control.name == "select":
            fields += [(name, choice) for choice in _offered(control, "")[:1]]
        elif kind in ("checkbox", "radio"):
            if control.has_attr("checked") or control.has_attr("required"):
                fields.append((name, value or "on"))
        elif kind not in ("submit", "button", "reset", "image", "file"):
            blanks.append(name)
    action = urljoin(url, str(form.get("action") or url))
    # Without an identifier of its own a question is known by where its answer goes.
    question_id = str(form.get("data-question-id") or urlsplit(action).path)
    return Question(
        str(form["data-question-kind"]),
        question_id,
        action,
        tuple(options),
        tuple(fields),
        tuple(blanks),
        page_text=text,
    )


def _offered(control: Tag, value: str) -> list[str]:
    if control.name != "select":
        return [value]
    values = [
        str(option.get("value", option.get_text(strip=True)))
        for option in control.find_all("option")
    ]
    return [value for value in values if value]


def chosen(wanted: str, options: tuple[str, ...]) -> str | None:
    """The option that a person's wish means: ``first``, ``decline`` (the last if none says no),
    a value, ``leave`` for none. None where it is not offered."""
    if wanted == "leave" or not options:
        return None
    if wanted == "first":
        return options[0]
    if wanted == "decline":
        refusing = [option for option in options if option.lower() in DECLINING]
        return refusing[0] if refusing else options[-1]
    return wanted if wanted in options else None


def form_data(question: Question, answer: str, fills: dict[str, str]) -> list[tuple[str, str]]:
    """The form as a browser sends it: hidden fields, what the person wrote, the button."""
    written = [(name, fills.get(name, "")) for name in question.blanks]
    return [*question.fields, *written, (question.answer_name, answer)]
