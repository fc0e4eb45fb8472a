"""``python -m benchmarks``: measure, print a table, and write ``docs/benchmarks.md``."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from pathlib import Path

from pydantic import SecretStr

from benchmarks.answering import SECRET, Answered, answer
from benchmarks.asking import ask, ask_one_after_another
from benchmarks.board import Shown, show
from benchmarks.company import MOST
from benchmarks.cover import propose_for_all
from benchmarks.page import Measured, page, table
from benchmarks.postgres import postgres
from benchmarks.sms_gateway import gateway_process
from kitart.installation import Installation
from kitart.journal.upgrading import upgrade
from kitart.plan.loading import load_plan
from kitart.settings import HOUSE, MicrosoftSettings, Settings

LIMIT_S = 165
"""It ends by itself: what is not done by then is given up, and what was started is stopped."""
BASELINE = 50
EVERY_REFUSED = 20
INCIDENTS = 30
PAGE = HOUSE / "docs" / "benchmarks.md"


class TimeIsUp(BaseException):
    """The limit is reached; no error of a sender's, so that none takes it for one."""


def main() -> int:
    """Measure everything; 1 when the time was up. ``RuntimeError`` when somebody was lost."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--people", type=int, default=MOST, help=f"at most {MOST}")
    parser.add_argument("--incidents", type=int, default=INCIDENTS)
    parser.add_argument("--page", type=Path, default=PAGE, help="where the result is written")
    options = parser.parse_args()
    signal.signal(signal.SIGALRM, _time_is_up)
    signal.alarm(LIMIT_S)
    try:
        said = _measured(options.people, options.incidents)
    except TimeIsUp as error:
        sys.stderr.write(f"{error}\n")
        return 1
    finally:
        signal.alarm(0)
    options.page.write_text(page(said), encoding="utf-8")
    sys.stdout.write(said)
    return 0


def _measured(people: int, incidents: int) -> str:
    proposed = propose_for_all()
    sys.stderr.write(
        f"cover, {proposed[-1].times} times the sample: {proposed[-1].proposed_ms:.0f} ms\n"
    )
    found = []
    with tempfile.TemporaryDirectory() as folder, postgres() as database_url:
        found += _asked("SQLite", Path(folder) / "asked", "", people, throttled=True)
        if database_url:
            found += _asked("PostgreSQL", Path(folder), database_url, people)
        answered = _answered(Path(folder) / "answered", incidents)
        shown = _shown(Path(folder) / "shown", incidents)
    return table(found, answered, shown, proposed)


def _asked(
    database: str, folder: Path, url: str, people: int, *, throttled: bool = False
) -> list[Measured]:
    sample = load_plan(HOUSE / "config")
    with gateway_process() as gateway:
        inst = Installation(
            Settings(
                data_dir=folder,
                database_url=url,
                secret_key=SecretStr("a-long-key-for-the-benchmark"),
                sms=gateway.settings,
            )
        )
        upgrade(inst.journal)
        few = min(BASELINE, people)
        base = ask_one_after_another(inst, gateway, sample, few)
        found = [Measured(database, "one after another", base, base)]
        _progress(found[-1])
        found.append(Measured(database, "side by side", ask(inst, gateway, sample, people), base))
        _progress(found[-1])
        if throttled:
            slow = ask(inst, gateway, sample, people, every_refused=EVERY_REFUSED)
            how = f"side by side, every {EVERY_REFUSED}th request answered 429, Retry-After 1"
            found.append(Measured(database, how, slow, base))
            _progress(found[-1])
        inst.journal.close()
    return found


def _answered(folder: Path, incidents: int) -> Answered:
    with gateway_process() as gateway:
        inst = Installation(
            Settings(
                mode="sandbox",
                data_dir=folder,
                secret_key=SecretStr("a-long-key-for-the-benchmark"),
                webhook_secrets={"alertmanager": SecretStr(SECRET)},
                sms=gateway.settings,
                # Mail is refused at once: nothing may leave this machine.
                microsoft=MicrosoftSettings(authority=gateway.url, graph_url=gateway.url),
            )
        )
        upgrade(inst.journal)
        found = answer(inst, gateway, incidents)
        inst.journal.close()
    return found


def _shown(folder: Path, tries: int) -> Shown:
    inst = Installation(
        Settings(
            mode="sandbox", data_dir=folder, secret_key=SecretStr("a-long-key-for-the-benchmark")
        )
    )
    upgrade(inst.journal)
    found = show(inst, tries)
    inst.journal.close()
    return found


def _progress(one: Measured) -> None:
    sys.stderr.write(f"{one.database}, {one.how}: {one.asked.seconds:.1f} s\n")


def _time_is_up(*_: object) -> None:
    raise TimeIsUp(f"not done in {LIMIT_S} s: given up, nothing is written")


if __name__ == "__main__":
    sys.exit(main())
