"""Each kind of timeline entry has a word in plain language on the page of an incident (D26)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from kitart.gateway import entry_words

HOUSE = Path(__file__).parents[2]


def kinds_written() -> Iterator[tuple[str, str]]:
    """The kinds that are written out where an entry is made, with the file that does it."""
    for folder in ("kitart", "flows", "tasks"):
        for path in (HOUSE / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not (isinstance(node, ast.Call) and len(node.args) > 2):
                    continue
                if ast.unparse(node.func) == "timeline.append":
                    for kind in _texts(node.args[2]):
                        yield kind, path.name


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


@pytest.mark.covers("D26")
def test_every_kind_of_entry_has_a_word_on_the_page() -> None:
    found = set(kinds_written())
    assert len(found) > 30
    assert sorted(each for each in found if each[0] not in entry_words.ENTRIES) == []


def test_a_kind_without_a_word_is_shown_as_it_is() -> None:
    assert entry_words.of(entry_words.ENTRIES, "something new") == "something new"
