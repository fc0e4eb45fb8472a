"""docs/security.md names tests that exist."""

from __future__ import annotations

import ast
import re

import pytest

from kitart.settings import HOUSE

PAGE = (HOUSE / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
FILES = re.compile(r"`[^`]*?(test_\w+\.py)[^`]*`")


def threats() -> list[str]:
    """The rows of the threat model."""
    part = PAGE.partition("## Threat model")[2].partition("\n## ")[0]
    return [line for line in part.splitlines() if line.startswith("| ")][1:]


def functions_of(file: str) -> set[str]:
    tree = ast.parse((HOUSE / file).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("row", threats())
def test_each_threat_names_tests_that_exist(row: str) -> None:
    named = NAMED.findall(row.rpartition(" | ")[2])
    assert named, f"no test: {row}"
    for file, name in named:
        assert name in functions_of(file), f"{file} has no {name}"
        assert name.startswith("test_")


def test_each_file_of_tests_that_the_page_names_is_there_once() -> None:
    here = [path.name for path in (HOUSE / "tests").rglob("test_*.py")]
    for name in FILES.findall(PAGE):
        assert here.count(name) == 1, name


def test_the_threat_model_is_there() -> None:
    assert len(threats()) > 15
