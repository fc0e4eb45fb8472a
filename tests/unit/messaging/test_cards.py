"""A message as a card: what is asked first, and the link as a button (D16)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from kitart.messaging.cards import card
from kitart.messaging.texts import render_message

LINK = "https://kitart.example/a/Zm9v"
VALUES: dict[str, Any] = {
    "number": "INC-0142",
    "zone": "Europe/London",
    "what": "VCC *offline* [x](https://bad.example)",
    "since": datetime(2026, 11, 23, 14, 0, tzinfo=UTC),
    "answer_by": datetime(2026, 11, 23, 14, 5, tzinfo=UTC),
    "next_news": datetime(2026, 11, 23, 14, 15, tzinfo=UTC),
    "link": LINK,
}


def lines(made: dict[str, Any]) -> list[str]:
    for block in made["body"]:
        assert block["type"] == "RichTextBlock", "a text block would read marks into the words"
    return ["".join(run["text"] for run in block["inlines"]) for block in made["body"]]


@pytest.mark.covers("D16")
@pytest.mark.parametrize(
    ("language", "asked", "button"),
    [
        ("en", "can you take this incident?", "Open the link"),
        ("hu", "Vállalja?", "Link megnyitása"),
    ],
)
def test_what_is_asked_number_deadline_and_next_news_are_in_the_persons_language(
    language: str, asked: str, button: str
) -> None:
    text = render_message("ert-alarm", "mail", language, **VALUES)
    made = card(text.subject or "", text.body, language)
    heading, *rest = lines(made)
    assert asked in heading
    assert "INC-0142" in heading
    assert "14:05" in heading
    assert any("14:15" in line for line in rest)
    assert made["actions"] == [{"type": "Action.OpenUrl", "title": button, "url": LINK}]
    assert LINK not in " ".join(rest)
    assert (made["type"], made["version"]) == ("AdaptiveCard", "1.4")


def test_a_text_without_a_link_has_no_button() -> None:
    text = render_message("ert-alarm", "mail", "en", **{**VALUES, "link": ""})
    assert "actions" not in card("subject", text.body, "en")
    assert lines(card("subject", "one\n\ntwo: a\nthree: b", "en")) == [
        "subject", "one", "two: a", "three: b",
    ]  # fmt: skip
    assert lines(card("subject", f"see {LINK} there", "en"))[1] == f"see {LINK} there"
    assert card("s", LINK, "en")["actions"][0]["url"] == LINK
