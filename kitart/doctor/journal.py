"""What is wrong with the journal's database and the disk beside it (D21)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from kitart.doctor.finding import Finding, Weight
from kitart.journal.usable import Bar, Writing

Opened = Literal["yes", "no", "other version", "not made"]
DANGER_MB = 50
CLOCKS_APART_S = 2.0
NOTHING_TAKEN = (
    "Alerts, answers and links are refused, and repeated by the monitors; runs wait for two "
    "minutes. Callers stay where the lines were led last. Work from the paper plan."
)
RESTART = "systemctl restart postgresql   (or: docker compose up -d postgres)"


@dataclass(frozen=True)
class JournalSeen:
    """How the journal opened, and why not; ``place`` is its file or server, without a password."""

    opened: Opened
    said: str
    place: str
    on_file: bool


def of_opening(seen: JournalSeen) -> list[Finding]:
    """A journal that is away, not made, or another version's."""
    if seen.opened == "yes":
        return []
    if seen.opened == "other version":
        newer = "newer Kitart" in seen.said
        do = ("install the Kitart that made it, or: kitart db restore FILE" if newer else
              "kitart db backup FILE, then: kitart db upgrade")  # fmt: skip
        return [_stops("journal.version", seen.said, do)]
    if seen.opened == "not made":
        return [
            _stops(
                "journal.missing", seen.said,
                f"look whether the disk of {seen.place} is mounted, and KITART_DATA_DIR and "
                "KITART_DATABASE_URL are those of the gateway",
                "lost for good: docs/operations.md, 'In the night, the journal is lost'",
            )
        ]  # fmt: skip
    start = f"ls -l {seen.place}   (who runs this may not read it?)" if seen.on_file else RESTART
    return [_stops("journal.away", f"The journal at {seen.place} can't be used: {seen.said}",
                   start, "then: kitart doctor")]  # fmt: skip


def _stops(code: str, what: str, *do: str) -> Finding:
    return Finding(code, "stops", what[0].upper() + what[1:], NOTHING_TAKEN, do)


def of_writing(seen: Writing, place: str, on_file: bool) -> list[Finding]:
    """A journal that opens and can't be written."""
    if not seen.bar:
        return []
    what: dict[Bar, str] = {
        "locked": f"The journal is locked: another program keeps all writers out ({seen.said})",
        "read-only": f"The journal can only be read: {seen.said}",
        "full": f"The journal's disk is full: {seen.said}",
        "other": f"The journal can't be written: {seen.said}",
    }
    do: dict[Bar, str] = {
        "locked": f"fuser -v {place}   (whoever is no gateway and no run: end it)" if on_file else
        "psql: SELECT pid, query FROM pg_stat_activity WHERE state LIKE 'idle in%'; end that "
        "program",
        "read-only": f"ls -l {place}; mount   (the disk or the file is read-only)" if on_file else
        "psql: SELECT pg_promote()   (only if the first server is stopped for good)",
        "full": f"df -h {place}; make room, old backups first",
        "other": f"df -h {place}; ls -l {place}" if on_file else RESTART,
    }  # fmt: skip
    return [Finding(f"journal.{seen.bar}", "stops", what[seen.bar], NOTHING_TAKEN, (do[seen.bar],))]


def of_disk(folder: str, free_mb: int, least_mb: int) -> list[Finding]:
    """A disk that is nearly full; ``least_mb`` as for the signs of life."""
    if free_mb >= least_mb:
        return []
    weight: Weight = "stops" if free_mb < DANGER_MB else "hinders"
    return [
        Finding(
            "disk.nearly-full", weight,
            f"The disk of {folder} is nearly full: {free_mb} MB are free, {least_mb} are needed",
            "When it is full nothing is accepted any more, neither alerts nor answers.",
            (f"du -xh {folder} | sort -h | tail; make room, old backups and logs first",),
        )
    ]  # fmt: skip


def of_clock(whose: str, ahead_s: float, now: datetime) -> list[Finding]:
    """A clock that is apart from this machine's by more than two seconds."""
    if abs(ahead_s) <= CLOCKS_APART_S:
        return []
    way = "ahead of" if ahead_s > 0 else "behind"
    return [
        Finding(
            "clock.apart", "hinders",
            f"The clock of {whose} is {abs(ahead_s):.0f} s {way} this machine's "
            f"({now:%H:%M:%S} UTC here)",
            "Holds lapse too early or too late, runs begin late, and times in the record and in "
            "reports are wrong by that much.",
            ("chronyc tracking   on both; where it does not run: systemctl start chrony",),
        )
    ]  # fmt: skip
