"""The sample company, as loaded and as a copy that a test may spoil."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from kitart.plan.loading import PlanError, Problem, load_plan
from kitart.plan.schema import Plan

SAMPLE = Path(__file__).resolve().parents[3] / "config"

Spoil = Callable[[str, str, str], list[Problem]]


@pytest.fixture(scope="session")
def plan() -> Plan:
    return load_plan(SAMPLE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the sample company's folder."""
    return Path(shutil.copytree(SAMPLE, tmp_path / "config"))


@pytest.fixture
def spoil(folder: Path) -> Spoil:
    """Replace text once in a file of the copy; gives the problems that loading finds."""

    def replace_once(file: str, old: str, new: str) -> list[Problem]:
        text = (folder / file).read_text()
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1))
        try:
            load_plan(folder)
        except PlanError as trouble:
            return trouble.problems
        return []

    return replace_once
