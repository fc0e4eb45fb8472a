"""A message as an Adaptive Card for Teams: what is asked, the particulars, and a button (D16)."""

from __future__ import annotations

from typing import Any

from kitart.language import in_language, phrase

OPEN = phrase("Open the link")
VERSION = "1.4"


def card(subject: str, text: str, language: str) -> dict[str, Any]:
    """The card of a mail's subject and text; a link on the text's last line becomes its button.

    The subject, which says what is asked, the incident's number and the deadline, is the heading.
    Texts are runs, not text blocks: Teams would read marks of its own into those.
    """
    words, link = _without_link(text)
    paragraphs = [paragraph for paragraph in words.split("\n\n") if paragraph.strip()]
    made: dict[str, Any] = {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": VERSION,
        "msteams": {"width": "Full"},
        "fallbackText": subject,
        "body": [
            _runs(subject, size="Large", weight="Bolder"),
            *(_runs(line) for paragraph in paragraphs for line in paragraph.splitlines()),
        ],
    }
    if link:
        title = in_language(OPEN, language)
        made["actions"] = [{"type": "Action.OpenUrl", "title": title, "url": link}]
    return made


def _without_link(text: str) -> tuple[str, str]:
    """The text and the link that is its own last line (``kitart.messaging.texts``)."""
    before, _, last = text.rstrip().rpartition("\n")
    if last.startswith(("https://", "http://")) and " " not in last:
        return before.rstrip(), last
    return text, ""


def _runs(text: str, **look: str) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text, **look}]}
