"""The questions of emergency voicemail: what each button says, and where words are needed."""

from __future__ import annotations

import ast
from pathlib import Path
from types import ModuleType

import pytest

from kitart.messaging import crisis_questions, voicemail_proof_questions, voicemail_questions

MODULES = [crisis_questions, voicemail_questions, voicemail_proof_questions]


@pytest.mark.parametrize("asked", MODULES)
def test_each_answer_is_a_value_two_phrases_and_perhaps_a_wish_for_words(
    asked: ModuleType,
) -> None:
    """A button must not say a value, nor a field for words be named by a sentence."""
    tree = ast.parse(Path(str(asked.__file__)).read_text(encoding="utf-8"))
    buttons = [
        node for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        and node.func.id == "option"
    ]  # fmt: skip
    assert buttons
    for button in buttons:
        value, label, means, *note = button.args
        assert isinstance(value, ast.Constant) or ast.unparse(value).isupper(), ast.unparse(button)
        for words in (label, means):
            said = isinstance(words, ast.Call) or ast.unparse(words) in ("no", "heard")
            assert said, ast.unparse(button)
        assert [ast.unparse(each) for each in note] in ([], ["'required'"]), ast.unparse(button)
