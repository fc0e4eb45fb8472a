"""What we tell the SMS gateway to do, in its own XML (TwiML)."""

from __future__ import annotations

from xml.etree import ElementTree

MEDIA_TYPE = "text/xml"


def message(text: str) -> bytes:
    """Send this text back to the phone; nothing for ""."""
    response = ElementTree.Element("Response")
    if text:
        ElementTree.SubElement(response, "Message").text = text
    return written(response)


def written(response: ElementTree.Element) -> bytes:
    """The XML as it goes out; letters that XML can't hold are left out."""
    for element in response.iter():
        if element.text:
            element.text = "".join(c for c in element.text if c.isprintable() or c in "\n\t")
    found: bytes = ElementTree.tostring(response, encoding="utf-8", xml_declaration=True)
    return found
