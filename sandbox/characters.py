"""What sandbox people are like: how soon they read, what they answer, who reads before them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

KINDS: dict[str, dict[str, Any]] = {
    "at_once": {"delay_s": 0.0},
    "late": {"delay_s": 1800.0},
    "never": {"reads": False},
    "declines": {"answers": {}, "otherwise": "decline"},
    "scanner": {"reads": False, "scans": 5},
}
"""Characters with a name, to be used as ``AM-1: never`` or ``AM-1: {like: late, …}``."""
DEFAULT, AGENTS = "default", "agents"


class Character(BaseModel):
    """One person's ways.

    ``delay_s`` is in seconds of the plan's clock. ``answers`` gives for a kind of question the
    value of the button pressed, or ``first`` or ``decline``, or a list of them for one time after
    the other, the last one for good; ``otherwise`` is for all other kinds
    (``leave`` reads and does nothing). ``fills`` are texts for input fields by name, or by kind of
    question and name (``findings/note``). ``scans`` is
    how often a mail scanner opens each link, at once and by GET alone, before the person does.
    ``picks_up`` is whether a person whose way is another presses the key in a call all the same.
    ``logs_in_s`` is how long after a "yes" to a call-out an agent is logged in at the phone system,
    in seconds of the plan's clock; None never comes.
    ``by`` is how the person says "I have it" or "I can't": behind the link, by replying to the SMS
    or by a key in the call; everything else is answered behind the link. ``comes_back`` is for one
    that a person changes to: what was left before is opened once more.
    """

    model_config = ConfigDict(extra="forbid")

    delay_s: float = Field(default=2.0, ge=0)
    reads: bool = True
    scans: int = Field(default=0, ge=0)
    answers: dict[str, str | list[str]] = Field(default_factory=dict)
    otherwise: str = "first"
    fills: dict[str, str] = Field(default_factory=dict)
    by: Literal["link", "sms", "voice"] = "link"
    picks_up: bool = False
    comes_back: bool = False
    logs_in_s: float | None = Field(default=900.0, ge=0)

    def fills_for(self, kind: str) -> dict[str, str]:
        """What this person writes into the fields of a kind of question."""
        general = {name: text for name, text in self.fills.items() if "/" not in name}
        own = {
            name.removeprefix(f"{kind}/"): text
            for name, text in self.fills.items()
            if name.startswith(f"{kind}/")
        }
        return general | own

    def answer_to(self, kind: str, answered_before: int = 0) -> str:
        """What this person says to a kind of question, having answered so many of it before."""
        answer = self.answers.get(kind, self.otherwise)
        if isinstance(answer, str):
            return answer
        return answer[min(answered_before, len(answer) - 1)] if answer else self.otherwise


class Characters:
    """Everybody's character, by the person's code; who is not listed is like ``default``, an agent
    like ``agents``: who reads nothing, where no story says otherwise."""

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        """``data`` is as in YAML; raises ``ValueError`` naming the person and the field."""
        entries = dict(data or {})
        self._default = _build(DEFAULT, entries.pop(DEFAULT, None), {})
        base = self._default.model_dump()
        self._agent = _build(AGENTS, entries.pop(AGENTS, "never"), base)
        self._of = {code: _build(code, entry, base) for code, entry in entries.items()}

    @classmethod
    def load(cls, file: Path) -> Characters:
        """From a YAML file ``{default: {…}, AM-1: {…}, AM-2: never}``."""
        return cls(yaml.safe_load(file.read_text(encoding="utf-8")) or {})

    def of(self, code: str) -> Character:
        """The character of one person."""
        return self._of.get(code, self._agent if code.startswith("AG-") else self._default)

    def change(self, code: str, entry: Mapping[str, Any] | str) -> Character:
        """Give a person another character from now on (what was read already stays read)."""
        self._of[code] = _build(code, entry, self._default.model_dump())
        return self._of[code]


def _build(code: str, entry: Mapping[str, Any] | str | None, base: dict[str, Any]) -> Character:
    """``base``, with the named kind on it, with the entry's own fields on that."""
    own: dict[str, Any] = {"like": entry} if isinstance(entry, str) else dict(entry or {})
    like = own.pop("like", None)
    if like is not None and like not in KINDS:
        raise ValueError(f"{code}: like is {like!r}: one of {', '.join(KINDS)}")
    merged = {**base, **(KINDS[like] if like else {})}
    if "answers" in own:
        own["answers"] = {**merged.get("answers", {}), **_words(own["answers"])}
    try:
        return Character(**{**merged, **own})
    except ValueError as error:
        raise ValueError(f"{code}: {error}") from error


def _words(answers: Mapping[str, Any]) -> dict[str, str | list[str]]:
    """Answers as texts: YAML reads a bare ``yes`` or ``no`` as true or false."""
    plain = {True: "yes", False: "no"}
    return {
        kind: [str(one) for one in value]
        if isinstance(value, list)
        else plain[value]
        if isinstance(value, bool)
        else str(value)
        for kind, value in answers.items()
    }
