"""What forms that people fill in by hand have in common: faults, words, and moments.

Times are written as a clock shows them where the person is; in the hour that comes twice a person
says which one it was (E38, E39).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from kitart.gateway.visits import Visitor
from kitart.language import Phrase, phrase
from kitart.rules.local_time import moments_of

TEXT_LIMIT = 1000
Form = Mapping[str, str]


@dataclass(frozen=True)
class Fault:
    """What is wrong with a form, and the field it stands at."""

    field: str
    words: Phrase


class Faulty(Exception):
    """A form can't be taken."""

    def __init__(self, field: str, words: Phrase) -> None:
        super().__init__(words)
        self.fault = Fault(field, words)


def words_in(form: Form, field: str, missing: Phrase) -> str:
    """A field's text; raises ``Faulty`` with ``missing`` for a blank one, or for one too long."""
    text = form.get(field, "").strip()
    if not text:
        raise Faulty(field, missing)
    if len(text) > TEXT_LIMIT:
        raise Faulty(field, phrase("Please write fewer words: {n} letters fit.", n=TEXT_LIMIT))
    return text


def moment_in(form: Form, visitor: Visitor) -> datetime:
    """The moment in UTC that date and time stand for where the person is; raises ``Faulty``."""
    try:
        day, at = date.fromisoformat(form.get("date", "")), time.fromisoformat(form.get("time", ""))
    except ValueError as error:
        raise Faulty(
            "time", phrase("Please give date and time, such as {example}.", example="10:07")
        ) from error
    moments = moments_of(day, at.replace(tzinfo=None), visitor.zone)
    if not moments:
        raise Faulty("time", phrase("This time did not exist that night: clocks went forward."))
    if len(moments) > 1 and form.get("later") not in ("0", "1"):
        raise Faulty("later", phrase("This time came twice that night: choose which one it was."))
    return moments[-1] if form.get("later") == "1" else moments[0]
