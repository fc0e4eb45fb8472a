"""Messages in voicemail boxes, as Asterisk keeps them: a text and a sound for each."""

from __future__ import annotations

from collections.abc import Iterator

from kitart.clock import Clock
from kitart.connectors.asterisk.manager import Manager
from kitart.connectors.asterisk.records import moment
from kitart.connectors.voice import Voicemail

CONTEXT = "kitart"
FOLDERS = ("INBOX", "Urgent", "Old")
"""New, new and urgent, heard: what a caller left stays a message when somebody has listened."""
MOST = 1000


def messages(
    manager: Manager, private: str, line: str, clock: Clock
) -> Iterator[tuple[str, Voicemail]]:
    """Each message in a line's box, with where its files are (without their endings)."""
    for folder in FOLDERS:
        for number in range(MOST):
            path = f"{private}/voicemail/{CONTEXT}/{line}/{folder}/msg{number:04d}"
            text = manager.file(f"{path}.txt")
            if text is None:
                break
            told = dict(_fields(text))
            left = float(told.get("origtime") or 0)
            yield (
                path,
                Voicemail(
                    voicemail_id=told.get("msg_id") or f"{line}-{left:.0f}-{number}",
                    line=line,
                    caller=_number(told.get("callerid", "")),
                    left_at=moment(clock, left),
                    length_s=float(told.get("duration") or 0),
                ),
            )


def _fields(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        name, equals, value = line.partition("=")
        if equals:
            yield name.strip(), value.strip()


def _number(caller: str) -> str:
    """``"A name" <+36…>`` is the number alone."""
    return caller.partition("<")[2].partition(">")[0] if "<" in caller else caller
