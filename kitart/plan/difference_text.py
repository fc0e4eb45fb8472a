"""A change of the plan in words that a manager reads, with addresses masked (R51, D30)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kitart.language import Phrase, listed, phrase
from kitart.plan.addresses import masked, masked_within
from kitart.plan.difference import Change
from kitart.plan.difference_words import CHANNELS, FIELDS, ITEMS
from kitart.plan.kinds import CHATS
from kitart.plan.roles import ROLE_NAMES

ADDRESSES = ("address", "number", "phone", "carrier_divert_number")
NAMED = ("emergency_numbers", "labels", "languages", "match", "rto", "seats", "windows")
"""Mappings by names that people gave: these are no fields of ours."""
SHOWN = 160
"""Letters of a text that are shown on each side."""
AROUND = 40


def section_name(section: str) -> Phrase:
    """The heading under which the changes of a part stand."""
    return FIELDS.get(section) or Phrase(section)


def sentence(change: Change) -> Phrase:
    """One change in one line; what may not be shown is masked, and said to differ."""
    if change.kind in ("added", "removed"):
        return _come_or_gone(change)
    if change.kind == "moved":
        old, new = Phrase(", ".join(change.old)), Phrase(", ".join(change.new))
    else:
        old, new = shown(change, change.old), shown(change, change.new)
    if max(len(old), len(new)) > SHOWN:
        old, new = _around(old, new)
    if _seats(change):
        line = phrase(
            "{project}: seats {language} on {window} {old} → {new}", project=change.about,
            language=change.path[1], window=change.path[3], old=old, new=new,
        )  # fmt: skip
    else:
        line = _line(change.about, _field(change), old, new)
    if str(old) == str(new):
        return phrase("{line} (they differ in what is not shown)", line=line)
    return line


def shown(change: Change, value: Any) -> Phrase:
    """A value of a change as people may read it."""
    field = change.path[-1] if change.path else change.section
    return _value(field, value, hidden=not _chat(change))


def safe(value: Any, field: str = "") -> Any:
    """A value for machines, its addresses masked."""
    if isinstance(value, dict):
        chat = str(value.get("kind")) in CHATS
        return {k: each if chat and k == "address" else safe(each, k) for k, each in value.items()}
    if isinstance(value, list):
        return [safe(each, field) for each in value]
    if not isinstance(value, str):
        return value
    return masked(value) if field in ADDRESSES else masked_within(value)


def _field(change: Change) -> Phrase:
    field = _crumbs(change)
    if change.kind != "moved":
        return field
    return listed([field, FIELDS["order"]], ": ") if field else FIELDS["order"]


def _line(about: str, field: Phrase, old: Phrase, new: Phrase) -> Phrase:
    if not about:
        return phrase("{field}: {old} → {new}", field=field, old=old, new=new)
    return phrase("{about}: {field}: {old} → {new}", about=about, field=field, old=old, new=new)


def _come_or_gone(change: Change) -> Phrase:
    item: dict[str, Any] = change.new if change.kind == "added" else change.old
    new, code = change.kind == "added", change.about
    if not change.path and change.section == "agents":
        said = {"code": code, "queue": item.get("queue", "")}
        return (phrase("agent {code} new on {queue}", **said) if new
                else phrase("agent {code} gone from {queue}", **said))  # fmt: skip
    if not change.path and change.section == "people":
        role = ROLE_NAMES.get(str(item.get("kind"))) or Phrase(str(item.get("kind")))
        what = phrase("{role} {code}", role=role, code=code)
    elif not change.path:
        named = masked_within(str(item.get("name") or ""))
        what = listed([ITEMS.get(change.section, section_name(change.section)), code], " ")
        if named:
            what = phrase("{what} ({name})", what=what, name=named)
    else:
        what = listed([*([f"{code}:"] if code else []), _crumbs(change)], " ")
        what = phrase("{what} ({name})", what=what, name=_value("", item, hidden=True))
    return phrase("{what} new", what=what) if new else phrase("{what} gone", what=what)


def _crumbs(change: Change) -> Phrase:
    """The way to the field in words: ``channel SMS, address``. Codes stand behind their kind."""
    steps = list(change.path) or ([change.section] if not change.about else [])
    words: list[str] = []
    before = ""
    for step in steps:
        item = FIELDS.get(before) if before in NAMED else ITEMS.get(before)
        if item is not None and words:
            words[-1] = listed([item, _channel(before, step)], " ")
            before = ""
            continue
        words.append(FIELDS.get(step) or Phrase(step))
        before = step
    return listed(words, ", ")


def _channel(field: str, name: str) -> Phrase:
    kind, _, number = name.partition(" ")
    if field == "channels" and kind in CHANNELS:
        return listed([CHANNELS[kind], number], " ") if number else CHANNELS[kind]
    return Phrase(name)


def _seats(change: Change) -> bool:
    path = change.path
    return len(path) == 4 and (path[0], path[2]) == ("queues", "seats")


def _chat(change: Change) -> bool:
    """Whether the address is only the name of a chat, as the settings hold it."""
    kinds = (step.partition(" ")[0] for step in change.path)
    return any(kind in CHATS for kind in kinds)


def _value(field: str, value: Any, *, hidden: bool) -> Phrase:
    if value is None or value == "":
        return phrase("not set")
    if isinstance(value, bool):
        return phrase("yes") if value else phrase("no")
    if isinstance(value, dict):
        return _mapping(value) if value else phrase("none")
    if isinstance(value, list):
        return listed(_each(field, value)) if value else phrase("none")
    text = str(value)
    if field in ADDRESSES:
        return Phrase(masked(text) if hidden else text)
    return Phrase(masked_within(text))


def _each(field: str, values: list[Any]) -> Iterable[Phrase]:
    return [_value(field, each, hidden=True) for each in values]


def _mapping(value: dict[str, Any]) -> Phrase:
    hidden = str(value.get("kind")) not in CHATS
    return listed(
        [
            listed([FIELDS.get(key) or Phrase(key), _value(key, each, hidden=hidden)], " ")
            for key, each in value.items()
            if each not in (None, [], {}, "")
        ],
        "; ",
    )


def _around(old: str, new: str) -> tuple[Phrase, Phrase]:
    """Of two long texts the part in which they differ, with a little before it."""
    same = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b),
                min(len(old), len(new)))  # fmt: skip
    start = max(0, same - AROUND)
    return _cut(old, start), _cut(new, start)


def _cut(text: str, start: int) -> Phrase:
    end = start + SHOWN
    return Phrase(f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}" or "…")
