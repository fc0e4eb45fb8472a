"""``python -m benchmarks``: measure, print a table, and write ``docs/benchmarks.md``."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from pydantic import SecretStr

from benchmarks.answering import SECRET, Answered, answer
from benchmarks.asking import ask, ask_one_after_another
from benchmarks.beginning import STOCK, Begun, begin
from benchmarks.board import Shown, show
from benchmarks.company import MOST
from benchmarks.cover import propose_for_all
from benchmarks.page import Measured, Stormed, page, table
from benchmarks.readiness import look_ahead
from benchmarks.reports import write_reports
from benchmarks.sms_gateway import gateway_process
from benchmarks.storming import bare, stormed
from kitart.installation import Installation
from kitart.journal.upgrading import upgrade
from kitart.plan.loading import load_plan
from kitart.settings import HOUSE, MicrosoftSettings, Settings
from sandbox.postgres import new_database, postgres
from sandbox.stack import WARM

LIMIT_S = 1500
"""It ends by itself: what is not done by then is given up, and what was started is stopped."""
BASELINE = 50
EVERY_REFUSED = 20
INCIDENTS = 30
POSTS, POSTS_OF_BARE, POSTS_ON_POSTGRES = 10_000, 2_000, 2_000
ALONE, TOGETHER, MOST_ON_STOCK = 5, (10, 50), 10
PAGE = HOUSE / "docs" / "benchmarks.md"


class TimeIsUp(BaseException):
    """The limit is reached; no error of a sender's, so that none takes it for one."""


def main() -> int:
    """Measure everything; 1 when the time was up. ``RuntimeError`` when somebody was lost."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--people", type=int, default=MOST, help=f"at most {MOST}")
    parser.add_argument("--incidents", type=int, default=INCIDENTS)
    parser.add_argument("--posts", type=int, default=POSTS, help="of the storm, 100 or more")
    parser.add_argument(
        "--together", type=int, nargs="*", default=TOGETHER, help="plans that begin at once"
    )
    parser.add_argument("--page", type=Path, default=PAGE, help="where the result is written")
    options = parser.parse_args()
    signal.signal(signal.SIGALRM, _time_is_up)
    signal.alarm(LIMIT_S)
    try:
        said = _measured(options.people, options.incidents, options.posts, ALONE, options.together)
    except TimeIsUp as error:
        sys.stderr.write(f"{error}\n")
        return 1
    finally:
        signal.alarm(0)
    options.page.write_text(page(said), encoding="utf-8")
    sys.stdout.write(said)
    return 0


def _measured(people: int, incidents: int, posts: int, alone: int, together: Sequence[int]) -> str:
    proposed = propose_for_all()
    sys.stderr.write(
        f"cover, {proposed[-1].times} times the sample: {proposed[-1].proposed_ms:.0f} ms\n"
    )
    looked = look_ahead()
    sys.stderr.write(
        f"readiness, {looked[-1].times} times the sample: {looked[-1].whole_s:.1f} s\n"
    )
    written = write_reports()
    sys.stderr.write(f"a closing report: {written.html_ms:.0f} ms\n")
    found = []
    with tempfile.TemporaryDirectory() as folder, postgres() as database_url:
        found += _asked("SQLite", Path(folder) / "asked", "", people, throttled=True)
        storms = _stormed(Path(folder) / "storms", "", posts)
        if database_url:
            found += _asked("PostgreSQL", Path(folder), database_url, people)
        answered = _answered(Path(folder) / "answered", incidents)
        shown = _shown(Path(folder) / "shown", incidents)
    with tempfile.TemporaryDirectory() as folder, postgres() as database_url:
        if database_url:
            few = min(posts, POSTS_ON_POSTGRES)
            storms += _stormed(Path(folder), database_url, few)[1:]
    plans = _begun(alone, together)
    return table(found, answered, shown, proposed, looked, written, storms, plans)


def _begun(alone: int, together: Sequence[int]) -> list[Begun]:
    """Plans that begin, on each worker and database, the stock worker with ten at once at most."""
    found = []
    with tempfile.TemporaryDirectory() as folder, postgres() as server:
        for worker in (WARM, STOCK):
            for database in ("SQLite", "PostgreSQL") if server else ("SQLite",):
                databases = ("", "")
                if server and database == "PostgreSQL":
                    databases = (new_database(server), new_database(server))
                few = [n for n in together if worker == WARM or n <= MOST_ON_STOCK]
                for each in begin(
                    Path(folder) / f"{worker}-{database}", worker,
                    alone=alone, together=few, databases=databases,
                ):  # fmt: skip
                    found.append(each)
                    sys.stderr.write(
                        f"{worker}, {database}, {each.at_once} at once: "
                        f"the first step after {median(each.begun_ms) / 1000:.2f} s\n"
                    )
    return found


def _stormed(folder: Path, database_url: str, posts: int) -> list[Stormed]:
    """The bare insert and the storm, one right after the other."""
    with gateway_process() as sms:
        base = bare(folder / "bare", min(posts, POSTS_OF_BARE))
        sent = stormed(folder / "gateway", database_url, sms, posts)
    database = "PostgreSQL" if database_url else "SQLite"
    found = [
        Stormed("bare FastAPI, one insert into SQLite", base, base),
        Stormed(f"the gateway, journal on {database}", sent, base),
    ]
    for each in found:
        sys.stderr.write(f"a storm, {each.what}: {each.sent.posts_a_second:.0f} posts/s\n")
    return found


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
