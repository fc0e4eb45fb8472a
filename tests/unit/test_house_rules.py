"""Rules of the house that no linter knows: who may read the time, the environment, the database."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
FILES = sorted(
    path for folder in ("kitart", "flows", "tasks") for path in (HOUSE / folder).rglob("*.py")
)

# A file may do what is listed for it. For asyncio.sleep in the driving: technical pauses on real
# time (the lease's renewal, looking at the journal), never a deadline of the plan.
TIME = {"kitart/clock.py"}
PAUSES = {"kitart/clock.py", "flows/driving.py"}
# The settings; a run's process, which is given its whole environment; and what starts such
# processes, which gives it to them.
ENVIRONMENT = {"kitart/settings.py", "kitart/worker/child.py", "kitart/worker/nest.py"}
# Reads and writes one table by itself; belongs into a repository of the journal.
SESSIONS: set[str] = set()

CLOCKS = {
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns",
    "time.monotonic", "time.monotonic_ns", "time.perf_counter", "time.perf_counter_ns",
    "time.localtime", "time.gmtime", "time.sleep",
}  # fmt: skip
WORK_OF_SESSIONS = {
    "add", "add_all", "delete", "execute", "flush", "get", "get_one", "merge", "query", "refresh",
    "scalar", "scalars",
}  # fmt: skip


def place(path: Path) -> str:
    return path.relative_to(HOUSE).as_posix()


def in_journal(path: Path) -> bool:
    return place(path).startswith("kitart/journal/")


def dotted(node: ast.expr) -> str:
    """``datetime.datetime.now`` as ``datetime.now``: the last two names."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        names.append(node.id)
    return ".".join(reversed(names[:2]))


def reads_clock(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and dotted(node) in CLOCKS:
            yield f"line {node.lineno}: {dotted(node)}"
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            yield f"line {node.lineno}: from time import"


def pauses(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and dotted(node) == "asyncio.sleep":
            yield f"line {node.lineno}: asyncio.sleep"


def reads_environment(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and dotted(node) in {
            "os.environ", "os.getenv", "os.putenv", "os.environb",
        }:  # fmt: skip
            yield f"line {node.lineno}: {dotted(node)}"
        if isinstance(node, ast.ImportFrom) and node.module == "os":
            taken = {alias.name for alias in node.names} & {"environ", "getenv", "putenv"}
            if taken:
                yield f"line {node.lineno}: from os import {', '.join(taken)}"


def speaks_sql(tree: ast.AST) -> Iterator[str]:
    """Outside the journal a session is a thing to hand on: its type and its errors, no more."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] in ("sqlalchemy", "alembic", "psycopg", "sqlite3"):
                    yield f"line {node.lineno}: import {alias.name}"
        if isinstance(node, ast.ImportFrom):
            module = node.module or ""
            if module.split(".")[0] in ("alembic", "psycopg", "sqlite3"):
                yield f"line {node.lineno}: from {module}"
            if module.split(".")[0] == "sqlalchemy" and module != "sqlalchemy.exc":
                names = {alias.name for alias in node.names} - {"Session"}
                if names or module != "sqlalchemy.orm":
                    yield f"line {node.lineno}: from {module} import {', '.join(names)}"


def works_sessions(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in WORK_OF_SESSIONS
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id in ("session", "s")
        ):
            yield f"line {node.lineno}: session.{node.func.attr}"


def prints(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        called = node.func if isinstance(node, ast.Call) else None
        if isinstance(called, ast.Name) and called.id in ("print", "breakpoint", "input"):
            yield f"line {called.lineno}: {called.id}"


RULES: list[tuple[Callable[[ast.AST], Iterator[str]], Callable[[Path], bool]]] = [
    (reads_clock, lambda path: place(path) in TIME),
    (pauses, lambda path: place(path) in PAUSES),
    (reads_environment, lambda path: place(path) in ENVIRONMENT),
    (speaks_sql, in_journal),
    (works_sessions, lambda path: in_journal(path) or place(path) in SESSIONS),
    (prints, lambda path: False),
]


@pytest.mark.parametrize(("finds", "may"), RULES, ids=lambda rule: getattr(rule, "__name__", ""))
def test_only_its_own_room_does_it(
    finds: Callable[[ast.AST], Iterator[str]], may: Callable[[Path], bool]
) -> None:
    broken = [
        f"{place(path)}, {found}"
        for path in FILES
        if not may(path)
        for found in finds(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert broken == []


@pytest.mark.parametrize(
    ("finds", "code"),
    [
        (reads_clock, "import datetime\ndatetime.datetime.now()"),
        (reads_clock, "from datetime import date\ndate.today()"),
        (reads_clock, "from time import sleep"),
        (pauses, "import asyncio\nasyncio.sleep(1)"),
        (reads_environment, "import os\nos.environ['A']"),
        (reads_environment, "from os import getenv"),
        (speaks_sql, "import sqlalchemy as sa"),
        (speaks_sql, "from sqlalchemy.orm import Session, selectinload"),
        (speaks_sql, "from sqlalchemy import select"),
        (works_sessions, "session.execute('DELETE FROM timeline')"),
        (prints, "print('here')"),
    ],
)
def test_a_broken_rule_would_be_found(finds: Callable[[ast.AST], Iterator[str]], code: str) -> None:
    assert list(finds(ast.parse(code)))


def test_no_file_is_without_the_rooms_it_speaks_of() -> None:
    assert {place(path) for path in FILES} >= TIME | PAUSES | ENVIRONMENT | SESSIONS
    assert len(FILES) > 100


def test_the_import_contracts_are_kept() -> None:
    """The same as ``lint-imports``, so that a broken contract fails the tests too."""
    import subprocess
    import sys

    program = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run(
        [str(program), "--no-cache"], cwd=HOUSE, capture_output=True, text=True, timeout=100
    )
    assert done.returncode == 0, done.stdout
