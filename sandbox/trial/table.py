"""The table of what was survived: its rows are those that were really played."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sandbox.trial.breaking import FAULTS
from sandbox.trial.playing import Outcome

BEGIN, END = "<!-- trials -->", "<!-- end of trials -->"
HEAD = "| What was broken | Story | Survived | Went on after, s | What people noticed | Seed |"
RULE = "|---|---|---|---:|---|---:|"


def write_table(page: Path, outcomes: Iterable[Outcome]) -> None:
    """Bring the rows of these trials up to date; others stay as they are."""
    text = page.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    table, _, after = rest.partition(END)
    rows = {_key(line): line for line in table.splitlines() if line.startswith("| ")}
    rows.pop(_key(HEAD), None)
    for outcome in outcomes:
        line = _row(outcome)
        rows[_key(line)] = line
    lines = [HEAD, RULE, *(rows[key] for key in sorted(rows, key=_order))]
    page.write_text(f"{before}{BEGIN}\n{chr(10).join(lines)}\n{END}{after}", encoding="utf-8")


def _row(outcome: Outcome) -> str:
    went_on = "" if outcome.went_on_s is None else f"{outcome.went_on_s:.0f}"
    wrong = "; ".join(check.what for check in outcome.checks if not check.ok)
    told = "; ".join(outcome.told) or "nothing"
    survived = "yes" if outcome.survived else f"**no**: {wrong}"
    what = FAULTS[outcome.fault].what
    return f"| {what} | {outcome.scenario} | {survived} | {went_on} | {told} | {outcome.seed} |"


def _key(line: str) -> tuple[str, str]:
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    return cells[0], cells[1]


def _order(key: tuple[str, str]) -> tuple[int, str]:
    known = [fault.what for fault in FAULTS.values()]
    return (known.index(key[0]) if key[0] in known else len(known)), key[1]
