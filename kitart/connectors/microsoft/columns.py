"""What a column of a SharePoint list is, and whether a value may be written into it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["text", "lines", "dateTime", "number", "boolean", "choice"]
KINDS = (
    "text", "dateTime", "number", "boolean", "choice", "lookup", "personOrGroup", "currency",
    "calculated", "hyperlinkOrPicture", "term",
)  # fmt: skip


@dataclass(frozen=True)
class Column:
    """A column that Kitart writes: ``name`` is its name inside, ``label`` what people read.

    ``also`` are other kinds that take the same values: a column of such a kind is right too.
    """

    name: str
    kind: Kind = "text"
    label: str = ""
    choices: tuple[str, ...] = ()
    also: tuple[str, ...] = ()

    def definition(self) -> dict[str, Any]:
        """The column as Graph makes it."""
        facets: dict[Kind, dict[str, Any]] = {
            "text": {"text": {}},
            "lines": {"text": {"allowMultipleLines": True, "textType": "plain"}},
            "dateTime": {"dateTime": {"format": "dateTime"}},
            "number": {"number": {"decimalPlaces": "none"}},
            "boolean": {"boolean": {}},
            "choice": {"choice": {"allowTextEntry": True, "choices": list(self.choices)}},
        }
        label = {"displayName": self.label} if self.label else {}
        return {"name": self.name, **label, **facets[self.kind]}

    def fits(self, kind: str) -> bool:
        """Whether a column of this kind takes what is written; one that Graph does not name may."""
        ours = "text" if self.kind == "lines" else self.kind
        return kind in ("", ours, *self.also)


def kind_of(column: Mapping[str, Any]) -> str:
    """``text``, ``dateTime`` … of a column as Graph describes it, empty where it names none."""
    return next((kind for kind in KINDS if isinstance(column.get(kind), dict)), "")
