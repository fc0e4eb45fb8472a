"""The calendar entry that goes with the question of an exercise's date (R53), by RFC 5545."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from kitart.connectors.attachment import Attachment

LONGEST_LINE = 75
"""Octets of a line; what is longer goes on in the next, after a space."""


def invitation(
    number: str,
    title: str,
    text: str,
    starts_at: datetime,
    minutes: int,
    *,
    sequence: int,
    now: datetime,
) -> Attachment:
    """An entry of ``minutes`` from ``starts_at`` (UTC); its title begins with EXERCISE (D4).

    ``sequence`` grows with each other date: a calendar that has the entry moves it.
    """
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Kitart//Exercises//EN", "METHOD:PUBLISH",
        "BEGIN:VEVENT", f"UID:{number}@kitart", f"SEQUENCE:{sequence}",
        f"DTSTAMP:{_moment(now)}", f"DTSTART:{_moment(starts_at)}",
        f"DTEND:{_moment(starts_at + timedelta(minutes=minutes))}",
        f"SUMMARY:{_text(f'{title} ({number})')}", f"DESCRIPTION:{_text(text)}",
        "CATEGORIES:EXERCISE", "STATUS:TENTATIVE", "TRANSP:OPAQUE", "END:VEVENT", "END:VCALENDAR",
    ]  # fmt: skip
    content = "".join(f"{_folded(line)}\r\n" for line in lines)
    return Attachment(f"EXERCISE_{number}.ics", content.encode(), "text/calendar")


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(words: str) -> str:
    for sign, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        words = words.replace(sign, written)
    return words.replace("\r", "")


def _folded(line: str) -> str:
    """The line in pieces that a calendar puts together again; no letter is cut in two."""
    pieces, piece, room = [], "", LONGEST_LINE
    for letter in line:
        size = len(letter.encode())
        if size > room:
            pieces.append(piece)
            piece, room = "", LONGEST_LINE - 1
        piece, room = piece + letter, room - size
    return "\r\n ".join([*pieces, piece])
