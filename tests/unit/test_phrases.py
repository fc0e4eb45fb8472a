"""Texts for people are phrases, written out where they are said: none stays English (D26)."""

from __future__ import annotations

import ast
from pathlib import Path
from types import ModuleType

import pytest

from kitart.messaging import (
    crisis_questions,
    questions,
    voicemail_proof_questions,
    voicemail_questions,
)


@pytest.mark.parametrize("folder", ["kitart", "flows", "tasks"])
def test_a_phrase_is_written_out_where_it_is_said(folder: str) -> None:
    """A text put together at run time is in no catalogue: ``phrase(f"…")`` stays English."""
    for path in (Path(__file__).parents[2] / folder).rglob("*.py"):
        for call in calls(ast.parse(path.read_text(encoding="utf-8")), "phrase"):
            assert isinstance(call.args[0], ast.Constant), f"{path}, line {call.lineno}"


@pytest.mark.covers("D26")
@pytest.mark.parametrize(
    "asked", [questions, crisis_questions, voicemail_questions, voicemail_proof_questions]
)
def test_every_word_of_a_question_is_a_phrase(asked: ModuleType) -> None:
    """So that a new question is asked in every language from its first day."""
    source = Path(str(asked.__file__)).read_text(encoding="utf-8")
    assert bare_words(ast.parse(source)) == []


@pytest.mark.parametrize(
    "source",
    [
        'Question(title="Shall we?", text=phrase("Well?"))',
        'Question(title=phrase("Shall we?"), text=f"Well, {x}?")',
        'Question(title="Yes?" if x else phrase("No?"))',
        'option("yes", "Yes", phrase("It is done"))',
    ],
)
def test_a_bare_word_would_be_found(source: str) -> None:
    assert bare_words(ast.parse(source))


def calls(tree: ast.AST, name: str) -> list[ast.Call]:
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
    ]


def bare_words(tree: ast.AST) -> list[str]:
    """Texts in a question's words that stand outside ``phrase``."""
    said = [
        word.value for call in calls(tree, "Question") for word in call.keywords
        if word.arg in ("title", "text")
    ]  # fmt: skip
    said += [word for call in calls(tree, "option") for word in call.args[1:3]]
    return [ast.unparse(word) for word in said if has_bare(word)]


def has_bare(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        return False
    if isinstance(node, ast.IfExp):
        return has_bare(node.body) or has_bare(node.orelse)
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
