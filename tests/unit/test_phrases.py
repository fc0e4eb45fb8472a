"""The catalogues hold every text of the source, translated, and no other (D26)."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from string import Formatter

import pytest

from kitart.language import CATALOGUES, LANGUAGES, SOURCE
from kitart.messaging import questions
from tests.phrases import DOMAINS, Domain, kept, texts, written

OTHERS = [language for language in LANGUAGES if language != SOURCE]
CASES = [(language, domain) for language in OTHERS for domain in DOMAINS]
PERCENT = re.compile(r"%\((\w+)\)s")
TAG = re.compile(r"</?\w+>")

each_catalogue = pytest.mark.parametrize(
    ("language", "domain"), CASES, ids=lambda each: getattr(each, "name", each)
)


def placeholders(text: str) -> set[str]:
    named = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    return named | set(PERCENT.findall(text)) | set(TAG.findall(text))


@pytest.mark.covers("D26")
@each_catalogue
def test_every_text_is_there_translated_and_none_is_stale(language: str, domain: Domain) -> None:
    wanted = {text for text, _file in texts(domain)}
    assert len(wanted) > 40
    found = {m.id: m for m in kept(language, domain.name) if m.id}
    assert wanted - set(found) == set(), "run: make catalogues"
    assert set(found) - wanted == set(), "stale; run: make catalogues"
    assert [each for each, m in found.items() if not m.string or m.fuzzy] == []


@each_catalogue
def test_a_translation_has_the_same_placeholders(language: str, domain: Domain) -> None:
    differing = [
        m.id for m in kept(language, domain.name)
        if m.id and placeholders(str(m.id)) != placeholders(str(m.string))
    ]  # fmt: skip
    assert differing == []


@each_catalogue
def test_the_file_is_as_make_catalogues_writes_it(language: str, domain: Domain) -> None:
    assert (CATALOGUES / language / f"{domain.name}.po").read_bytes() == written(language, domain)


@pytest.mark.parametrize(
    ("text", "names"),
    [("{a} of {b}", {"a", "b"}), ("%(when)s <b>x</b>", {"when", "<b>", "</b>"}), ("none", set())],
)
def test_placeholders_are_seen(text: str, names: set[str]) -> None:
    assert placeholders(text) == names


@pytest.mark.parametrize("folder", ["kitart", "flows", "tasks"])
def test_a_phrase_is_written_out_where_it_is_said(folder: str) -> None:
    """A text put together at run time is in no catalogue: ``phrase(f"…")`` stays English."""
    for path in (Path(__file__).parents[2] / folder).rglob("*.py"):
        for call in calls(ast.parse(path.read_text(encoding="utf-8")), "phrase"):
            assert isinstance(call.args[0], ast.Constant), f"{path}, line {call.lineno}"


@pytest.mark.covers("D26")
def test_every_word_of_a_question_is_a_phrase() -> None:
    """So that a new question is asked in every language from its first day."""
    source = Path(questions.__file__).read_text(encoding="utf-8")
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
