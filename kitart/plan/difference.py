"""What differs between two versions of the plan: every field, nothing in silence (R51, D30)."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import ValidationError

from kitart.plan.schema import Plan

Kind = Literal["added", "removed", "changed", "moved"]
ORDERED = ("windows",)
"""Mappings of the plan in which the order decides."""
_NAMES = ("id", "lang", "name", "day", "role", "kind", "hours", "first")


@dataclass(frozen=True)
class Change:
    """One difference. ``about`` is the code it is about, ``path`` the fields and codes below it;
    ``old`` and ``new`` are plain JSON values, of ``moved`` ones the codes in their order."""

    section: str
    about: str
    path: tuple[str, ...]
    kind: Kind
    old: Any
    new: Any


def differences(old: Plan, new: Plan) -> tuple[Change, ...]:
    """All that differs, in the order of the plan's parts (R51)."""
    return compared(old.snapshot(), new.snapshot())


def since(old: dict[str, Any], new: Plan) -> tuple[Change, ...]:
    """As ``differences``, from a snapshot that an older Kitart may have taken: one that can't be
    read as a plan any more is compared as it stands."""
    # Were its fields others, all that differs shows, also what only has a default now.
    with contextlib.suppress(ValidationError):
        old = Plan.from_snapshot(old).snapshot()
    return compared(old, new.snapshot())


def compared(old: dict[str, Any], new: dict[str, Any]) -> tuple[Change, ...]:
    """As ``differences``, of two snapshots."""
    sections = dict.fromkeys([*Plan.model_fields, *old, *new])
    return tuple(
        Change(section, *at)
        for section in sections
        for at in _section(section, old.get(section), new.get(section))
    )


_Found = tuple[str, tuple[str, ...], Kind, Any, Any]


def _section(name: str, old: Any, new: Any) -> Iterator[_Found]:
    for path, kind, before, after in _walk((), name, old, new):
        named = _items(old) or _items(new)
        about, rest = (path[0], path[1:]) if named and path else ("", path)
        yield about, rest, kind, before, after


def _walk(
    path: tuple[str, ...], field: str, old: Any, new: Any
) -> Iterator[tuple[tuple[str, ...], Kind, Any, Any]]:
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _mappings(path, field, old, new)
    elif (_items(old) or old == []) and (_items(new) or new == []) and (old or new):
        yield from _lists(path, field, old, new)
    elif _plain(old) != _plain(new):
        yield path, "changed", old, new


def _mappings(
    path: tuple[str, ...], field: str, old: dict[str, Any], new: dict[str, Any]
) -> Iterator[tuple[tuple[str, ...], Kind, Any, Any]]:
    for key in dict.fromkeys([*old, *new]):
        yield from _walk((*path, str(key)), str(key), old.get(key), new.get(key))
    if field in ORDERED:
        yield from _order(path, list(old), list(new))


def _lists(
    path: tuple[str, ...], field: str, old: list[Any], new: list[Any]
) -> Iterator[tuple[tuple[str, ...], Kind, Any, Any]]:
    before, after = _by_name(old), _by_name(new)
    for name in dict.fromkeys([*before, *after]):
        if name not in after:
            yield (*path, name), "removed", before[name], None
        elif name not in before:
            yield (*path, name), "added", None, after[name]
        else:
            yield from _walk((*path, name), field, before[name], after[name])
    yield from _order(path, list(before), list(after))


def _order(
    path: tuple[str, ...], old: list[str], new: list[str]
) -> Iterator[tuple[tuple[str, ...], Kind, Any, Any]]:
    """A change of order among those that are on both sides: the first of a kind is the primary."""
    before = [name for name in old if name in new]
    after = [name for name in new if name in old]
    if before != after:
        yield path, "moved", before, after


def _items(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(e, dict) for e in value)


def _by_name(items: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Each item by what people call it; the second of a name is ``sms 2``."""
    found: dict[str, dict[str, Any]] = {}
    for item in items:
        name = next((str(item[key]) for key in _NAMES if item.get(key) is not None), "")
        number, free = 1, name
        while free in found:
            number += 1
            free = f"{name} {number}"
        found[free] = item
    return found


def _plain(value: Any) -> str:
    """Told apart as JSON tells them: 1 is not true, 1.0 is not 1."""
    return repr(value)
