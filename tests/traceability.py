"""``python -m tests.traceability``: which code and which tests stand for each number of the plan.

Reads the numbers from ``docs/plan.md``, where the code names them (docstrings and comments), and
the ``covers`` marks of the tests; writes ``docs/traceability.md``. A number that nothing names is
listed as open.
"""

from __future__ import annotations

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

HOUSE = Path(__file__).parent.parent
PLAN = HOUSE / "docs" / "plan.md"
TRACE = HOUSE / "docs" / "traceability.md"
ROOMS = ("flows", "tasks", "kitart")
ROW = re.compile(r"^\| ([RADE]\d+) \| (.+) \|$", re.MULTILINE)
# "R9", "R8-R15", "R44–R46"; not what only looks like it ("A4 paper" is not in our texts).
NAMED = re.compile(r"\b([RADE])(\d{1,2})(?:\s?[-–]\s?\1(\d{1,2}))?\b")
NONE_YET = "none yet"

Places = Mapping[str, list[str]]


def numbers(text: str) -> dict[str, str]:
    """The plan's numbers with their words, in their order; raises ``ValueError`` for one twice."""
    found: dict[str, str] = {}
    for number, words in ROW.findall(text):
        if number in found:
            raise ValueError(f"docs/plan.md has {number} twice")
        found[number] = words
    return found


def named_in(text: str) -> Iterator[str]:
    """The numbers that a text names, each of a range by itself."""
    for letter, first, last in NAMED.findall(text):
        for number in range(int(first), int(last or first) + 1):
            yield f"{letter}{number}"


def named_by_code() -> Places:
    """The files of the code that name each number in a docstring or a comment."""
    places: dict[str, list[str]] = defaultdict(list)
    for room in ROOMS:
        for file in sorted((HOUSE / room).rglob("*.py")):
            for number in sorted(set(named_in(_said(file)))):
                places[number].append(str(file.relative_to(HOUSE)))
    return places


def _said(file: Path) -> str:
    """Docstrings and comments of a file."""
    text = file.read_text(encoding="utf-8")
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    said = [
        ast.get_docstring(node) or "" for node in ast.walk(ast.parse(text))
        if isinstance(node, kinds)
    ]  # fmt: skip
    return "\n".join([*said, *re.findall(r"#\s.*$", text, re.MULTILINE)])


def shown_by_tests() -> Places:
    """The tests that are marked to show each number, as ``file: test``."""
    places: dict[str, list[str]] = defaultdict(list)
    for file in sorted((HOUSE / "tests").rglob("test_*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for_all = _marked(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for number in sorted({*for_all, *_covers(node.decorator_list)}):
                    places[number].append(f"{file.relative_to(HOUSE)}: {node.name}")
    return places


def _marked(module: ast.Module) -> set[str]:
    """What ``pytestmark`` says for all tests of a file."""
    marks = [
        node.value for node in module.body
        if isinstance(node, ast.Assign)
        and any(isinstance(t, ast.Name) and t.id == "pytestmark" for t in node.targets)
    ]  # fmt: skip
    each = [m for mark in marks for m in (mark.elts if isinstance(mark, ast.List) else [mark])]
    return _covers(each)


def _covers(marks: list[ast.expr]) -> set[str]:
    return {
        argument.value
        for mark in marks
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.covers"
        for argument in mark.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    }


def page(plan: Mapping[str, str], code: Places, tests: Places) -> str:
    """The page: a summary, what is open, and a table; raises ``ValueError`` for unknown numbers."""
    strange = sorted({*code, *tests} - plan.keys())
    if strange:
        where = {number: [*code.get(number, []), *tests.get(number, [])] for number in strange}
        raise ValueError(f"named, but not in docs/plan.md: {where}")
    untested = [number for number in plan if not tests.get(number)]
    lines = [
        "# Traceability",
        "",
        "Made by `make trace` from [plan.md](plan.md), the numbers in docstrings and comments,",
        "and the marks on tests. Don't edit it.",
        "",
        f"{len(plan) - len(untested)} of {len(plan)} numbers are shown by a test. "
        f"Shown by none yet: {', '.join(untested) or 'nothing'}.",
        "",
        "| Number | In short | Code | Tests |",
        "|---|---|---|---|",
        *(
            f"| {number} | {words} | {_files(code.get(number, []))} "
            f"| {_files(tests.get(number, []), counted=True)} |"
            for number, words in plan.items()
        ),
    ]
    return "\n".join(lines) + "\n"


def _files(places: list[str], *, counted: bool = False) -> str:
    """The files of the places, each once; ``counted`` with how many tests of it."""
    files = Counter(place.partition(":")[0] for place in places)
    said = [f"`{file}`{f' ({count})' if counted else ''}" for file, count in files.items()]
    return "<br>".join(said) or NONE_YET


def main() -> None:
    """Write the page."""
    plan = numbers(PLAN.read_text(encoding="utf-8"))
    TRACE.write_text(page(plan, named_by_code(), shown_by_tests()), encoding="utf-8")


if __name__ == "__main__":
    main()
