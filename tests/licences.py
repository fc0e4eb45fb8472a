"""``python -m tests.licences``: the licence of every library in the lock.

Reads names and versions from ``requirements.lock`` and what each installed library says of itself;
writes ``docs/licences.md``. A library of the lock that is for other machines is listed as such.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

HOUSE = Path(__file__).parent.parent
LOCK = HOUSE / "requirements.lock"
PAGE = HOUSE / "docs" / "licences.md"
PINNED = re.compile(
    r"^([A-Za-z0-9][\w.-]*)(?:\[[^]]*\])?==([^\s;\\]+)(?:\s*;\s*([^\\]+?))?\s*\\?$", re.MULTILINE
)
CLASSIFIER = "License :: "
LONGEST = 60
"""Longer is no name of a licence but its text."""
UNSAID = "not said"


@dataclass(frozen=True)
class Library:
    """One line of the lock; ``only_where`` is the kind of machine that it is for, "" for all."""

    name: str
    version: str
    only_where: str


def locked(lock: str) -> list[Library]:
    """The libraries that a lock names, in its order; raises ``ValueError`` where it names none."""
    found = [Library(*match) for match in PINNED.findall(lock)]
    if not found:
        raise ValueError("requirements.lock names no library; right would be lines like name==1.0")
    return found


def licence_of(library: Library) -> str | None:
    """The licence by the library's own metadata; ``None`` where it is not installed."""
    try:
        about = metadata.metadata(library.name)
    except metadata.PackageNotFoundError:
        return None
    said = (
        about.get("License-Expression") or "",
        _of_classifiers(about),
        _one_line(about.get("License") or ""),
    )
    return next((each for each in said if each), UNSAID)


def _of_classifiers(about: metadata.PackageMetadata) -> str:
    names = [
        each.rpartition(" :: ")[2]
        for each in about.get_all("Classifier") or ()
        if each.startswith(CLASSIFIER) and each != f"{CLASSIFIER}OSI Approved"
    ]
    return "; ".join(names)


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else ""


def page(libraries: list[Library], known: dict[str, str]) -> str:
    """The page; ``known`` are licences by name."""
    counted = Counter(known[name] for name in sorted(known))
    rows = [
        f"| {each.name} | {each.version} "
        f"| {known.get(each.name) or f'only where {each.only_where}'} |"
        for each in libraries
    ]
    return "\n".join(
        [
            "# Licences",
            "",
            "Made by `make licences` from `requirements.lock` and what each library says of",
            "itself. Don't edit it. The lock holds what Kitart runs on, what several machines",
            "need beside it, and what its tests and linters need.",
            "",
            f"{len(libraries)} libraries. "
            + ", ".join(f"{times} {name}" for name, times in counted.most_common()) + ".",
            "",
            "| Library | Version | Licence |",
            "|---|---|---|",
            *rows,
        ]
    ) + "\n"  # fmt: skip


def made() -> str:
    """The page as the lock and the installed libraries are now.

    Raises ``ValueError`` for a library that is for this machine and not installed.
    """
    libraries = locked(LOCK.read_text(encoding="utf-8"))
    known = {each.name: said for each in libraries if (said := licence_of(each)) is not None}
    missing = [each.name for each in libraries if each.name not in known and not each.only_where]
    if missing:
        raise ValueError(f"not installed: {', '.join(missing)}; right would be what the lock has")
    return page(libraries, known)


def main() -> None:
    """Write the page."""
    PAGE.write_text(made(), encoding="utf-8")


if __name__ == "__main__":
    main()
