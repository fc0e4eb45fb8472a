"""What the readers share: texts of fields, keys, and placeholders that nobody filled in."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping
from typing import Any

from kitart.journal.words import storable

LONGEST_TITLE = 300
LONGEST_KEY = 200
_PLACEHOLDER = re.compile(
    r"%[A-Za-z_]+%?"  # PRTG
    r"|\$\{?[A-Z][A-Z0-9_]*(?:\[[^\]]*\])?\}?"  # Datadog, Healthchecks
    r"|\{[#$?]?[A-Z][^{}\s]*\}"  # Zabbix
    r"|\{\{.*\}\}"  # Uptime Kuma, and most others
    r"|\*UNKNOWN\*",  # what Zabbix puts where it knows no value
    re.DOTALL,
)


def is_placeholder(value: object) -> bool:
    """Whether the whole text is a placeholder that the tool did not fill in, as tests send it."""
    return isinstance(value, str) and _PLACEHOLDER.fullmatch(value.strip()) is not None


def text(value: object) -> str:
    """A field as text; "" for what is absent, no text or number, or a placeholder.

    A number of 18 digits keeps them all.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if not math.isfinite(value):
            return ""
        value = int(value) if value.is_integer() else value
    if not isinstance(value, str | int | float) or is_placeholder(value):
        return ""
    return storable(str(value)).strip()


def first(fields: Mapping[str, Any], *names: str) -> str:
    """The first of these fields that says something."""
    return next((found for name in names if (found := text(fields.get(name)))), "")


def part(value: object) -> Mapping[str, Any]:
    """A part of the body; empty where it is absent or null."""
    return value if isinstance(value, Mapping) else {}


KINDS = {str: "text", bool: "true or false", int: "a number", float: "a number", list: "a list",
         dict: "an object"}  # fmt: skip


def kind_of(value: object) -> str:
    """What a value of JSON is called where something else would be right."""
    return "missing or null" if value is None else KINDS.get(type(value), type(value).__name__)


def whole(body: object) -> Mapping[str, Any]:
    """The body as an object; raises ``ValueError`` for anything else."""
    if not isinstance(body, Mapping):
        raise ValueError(f"the body is {kind_of(body)}; right would be an object")
    return body


def plain_names(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a template that people write themselves, however they spell the names:
    ``EVENT.ID``, ``eventId`` and ``event-id`` are ``event_id``. The first one filled in wins."""
    found: dict[str, Any] = {}
    for name, value in fields.items():
        apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", str(name)).lower()
        plain = re.sub(r"[^a-z0-9]+", "_", apart).strip("_")
        if not text(found.get(plain)):
            found[plain] = value
    return found


def titled(*candidates: str) -> str:
    """The first title that says something, not too long."""
    said = next((each.strip() for each in candidates if each.strip()), "")
    return said[:LONGEST_TITLE].strip() or "alert without a title"


def labels(**values: object) -> dict[str, str]:
    """What rules match, as texts; what is absent is left out."""
    return {name: found for name, value in values.items() if (found := text(value))}


def key_of(*parts: str) -> str:
    """The key of one problem from its parts; a long one is shortened and stays its own."""
    key = ":".join(each for each in parts if each)
    if len(key) <= LONGEST_KEY:
        return key
    return f"{key[:120]}-{hashlib.sha256(key.encode()).hexdigest()[:32]}"


def needed(key: str, *names: str) -> str:
    """The key, or a ``ValueError`` that names the fields which would give it."""
    if not key:
        said = "none of them is" if len(names) > 1 else "it is not"
        raise ValueError(
            f"{said} in the body: {', '.join(names)}; right would be one that tells this problem "
            "from others and is the same when it ends"
        )
    return key


def stated(state: str, name: str, example: str) -> str:
    """The state, or a ``ValueError`` that names the field which would give it."""
    if not state:
        raise ValueError(f"{name} is not in the body; right would be {example}")
    return state


def digest(value: object) -> str:
    """The same short text for the same value: a key where the body gives none."""
    return hashlib.sha256(
        storable(json.dumps(value, sort_keys=True, default=repr)).encode()
    ).hexdigest()[:16]


def short(value: object) -> str:
    """A value as an error names it."""
    said = storable(repr(value))
    return said if len(said) <= 60 else said[:57] + "..."
