"""What we tell the SMS gateway to do, in its own XML (TwiML)."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

MEDIA_TYPE = "text/xml"
VOICES = {"en": "en-GB", "hu": "hu-HU"}
KEY_WITHIN_S = 8


def message(text: str) -> bytes:
    """Send this text back to the phone; nothing for ""."""
    response = ElementTree.Element("Response")
    if text:
        ElementTree.SubElement(response, "Message").text = text
    return written(response)


def say(parent: ElementTree.Element, text: str, language: str) -> None:
    """Speak this text."""
    ElementTree.SubElement(parent, "Say", language=VOICES[language]).text = text


def goodbye(texts: Sequence[tuple[str, str]]) -> bytes:
    """Speak these texts, each with its language, and hang up."""
    response = ElementTree.Element("Response")
    for text, language in texts:
        say(response, text, language)
    return written(response)


def question(text: str, keys: str, no_key: str, action: str, language: str) -> bytes:
    """Speak a text and its keys, twice; one key goes to ``action``, without one it says so."""
    response = ElementTree.Element("Response")
    gather = ElementTree.SubElement(
        response, "Gather", numDigits="1", method="POST", action=action, timeout=str(KEY_WITHIN_S)
    )
    for time in range(2):
        if time:
            ElementTree.SubElement(gather, "Pause", length="1")
        say(gather, text, language)
        say(gather, keys, language)
    say(response, no_key, language)
    return written(response)


def written(response: ElementTree.Element) -> bytes:
    """The XML as it goes out; letters that XML can't hold are left out."""
    for element in response.iter():
        if element.text:
            element.text = "".join(c for c in element.text if c.isprintable() or c in "\n\t")
    found: bytes = ElementTree.tostring(response, encoding="utf-8", xml_declaration=True)
    return found
