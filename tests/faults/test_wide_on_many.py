"""The installation of deploy/compose.yaml, as processes: parts of it die, and every incident ends
right all the same, nobody told twice and nobody left out."""

from __future__ import annotations

import os
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
import requests
import sqlalchemy as sa
import yaml

from kitart.clock import monotonic_s, real_now, sleep_s
from kitart.journal import wholeness
from kitart.journal.database import Journal
from kitart.journal.tables import Incident, Message, TimelineEntry
from kitart.settings import HOUSE
from sandbox.calling import call
from sandbox.demo.outside import Window
from sandbox.ports import Ports
from sandbox.stack import Wishes
from sandbox.wide import GATEWAYS, WORKERS, WideStack
from tests.servers import Postgres, Redis, missing

pytestmark = [pytest.mark.stack, pytest.mark.timeout(900)]
SPEED = 10.0
WAYS = 2
"""A message has at most so many ways in each try, and one that gave no answer may have taken it."""
REPEAT = re.compile("^(REPEAT|ISMÉTLÉS)[^:]*: ")
AWAY_S = 5.0
BEGUN_WITHIN_S = 300.0
"""Real seconds; ten at once begin in five on a machine with little else to do."""
ENDED = {"COMPLETED", "CRASHED", "FAILED", "CANCELLED"}
MOST_UNCERTAIN = 5
"""At most so many messages can be on their way from the runs of one worker at one moment."""
GOES_ON_WITHIN_S = 60.0
"""Real seconds from the death of a worker's machine until its incidents are driven by another: the
old run's hold lapses in 15, a gateway asks for a new run in 10 at most, the rest is for a busy
machine that plays everybody."""
PEOPLE = {
    "default": {
        "delay_s": 30,
        "answers": {
            "ack": "take", "priority": "P3", "nature": "other", "can-solve": "solving",
            "bring-in": "nobody", "client-told": "told", "over": "over", "data-protection": "no",
        },
        "fills": {"note": "The lift of the building stood still; the service has mended it"},
    }
}  # fmt: skip


@dataclass
class Wide:
    """The stack and the servers that it stands on."""

    stack: WideStack
    postgres: Postgres
    redis: Redis
    journal: Journal

    def numbers(self) -> list[str]:
        with self.journal.read() as session:
            return list(session.scalars(sa.select(Incident.number).order_by(Incident.seq)))


@contextmanager
def wide_stack(folder: Path, problems: int) -> Iterator[Wide]:
    if shutil.which("caddy") is None:
        missing("no caddy on this machine")
    ports = Ports()
    redis_port = ports.choose("Redis", 0)
    postgres, redis = Postgres(), Redis(redis_port, "redis-password-of-the-test")
    people = folder / "people.yaml"
    people.write_text(yaml.safe_dump({"people": PEOPLE}), encoding="utf-8")
    wishes = Wishes(
        folder / "stack", SPEED, people=people, gateway_port=0, prefect_port=0,
        database_url=postgres.new_database(), prefect_database_url=postgres.new_database(),
        config=config_with(problems, folder),
    )  # fmt: skip
    journal = Journal(wishes.database_url)
    try:
        with WideStack(wishes, redis.url, lambda _: None) as stack:
            yield Wide(stack, postgres, redis, journal)
    finally:
        journal.close()
        redis.remove()
        postgres.remove()
        ports.release()


def config_with(problems: int, folder: Path) -> Path:
    """The sample company's plan with a rule for each problem, each a cause of its own."""
    copied = Path(copytree(HOUSE / "config", folder / "config"))
    page = copied / "monitoring.yaml"
    plan = yaml.safe_load(page.read_text(encoding="utf-8"))
    plan["monitoring"]["rules"] += [
        {"id": f"wide-{n:02d}", "source": "alertmanager", "match": {"service": f"wide-{n:02d}"},
         "plan": "general", "projects": ["ALPHA"]}
        for n in range(problems)
    ]  # fmt: skip
    page.write_text(yaml.safe_dump(plan), encoding="utf-8")
    return copied


def post(stack: WideStack, problem: int) -> str:
    """A monitor's alert through the proxy, repeated as a monitor does until it is accepted; the
    number of the incident it opened."""
    alert = {
        "status": "firing",
        "labels": {"alertname": "Down", "service": f"wide-{problem:02d}", "severity": "warning"},
        "annotations": {"summary": f"Problem {problem} of many"},
        "startsAt": (stack.clock.now() - timedelta(seconds=5)).isoformat(),
        "endsAt": "0001-01-01T00:00:00Z",
        "fingerprint": f"wide-{problem:02d}",
    }
    for _ in range(30):
        try:
            answer = call(
                "POST", f"{stack.gateway_url}/webhooks/alertmanager", timeout_s=30,
                json={"version": "4", "alerts": [alert]},
                headers={"Authorization": f"Bearer {stack.webhook_secret}"},
            )  # fmt: skip
        except requests.RequestException:
            sleep_s(1)
            continue
        if answer.status_code == 202:
            said = answer.json()
            return str([*said["opened"], *said.get("joined", ())][0])
        sleep_s(1)
    pytest.fail(f"the alert was never taken: {answer.status_code} {answer.text}")


def line_mode(stack: WideStack) -> str:
    """What the phone system is told through the proxy for a call to a line."""
    secret = stack.env["KITART_VCC__IVR_SECRET"]
    answer = call("GET", f"{stack.gateway_url}/ivr/{secret}/mode", timeout_s=30)
    return str(answer.json()["mode"])


def eventually(what: Callable[[], Any], within_s: float, about: Callable[[], str]) -> Any:
    """The first truth of ``what``, which may fail meanwhile for what is away."""
    until = monotonic_s() + within_s
    while True:
        try:
            found = what()
        except (requests.RequestException, sa.exc.DBAPIError) as error:
            found, why = None, repr(error)
        else:
            why = ""
        if found:
            return found
        assert monotonic_s() < until, f"{about()} {why}"
        sleep_s(0.5)


def begun(wide: Wide, numbers: list[str]) -> bool:
    """Whether a run drives each of them."""
    with wide.journal.read() as session:
        held = session.scalars(
            sa.select(TimelineEntry.incident).where(TimelineEntry.type == "run began")
        )
        return set(numbers) <= set(held)


def taken(wide: Wide, numbers: list[str]) -> bool:
    """Whether somebody has said "I have it" in each of them."""
    with wide.journal.read() as session:
        states = session.execute(sa.select(Incident.number, Incident.state)).all()
        return all(state != "reported" for number, state in states if number in numbers)


def unsettled(wide: Wide) -> set[str]:
    with wide.journal.read() as session:
        query = sa.select(Incident.number).where(Incident.settled_at.is_(None))
        return set(session.scalars(query))


def settled(wide: Wide) -> bool:
    wide.stack.restart_ended()
    return not unsettled(wide)


def standing(wide: Wide) -> str:
    with wide.journal.read() as session:
        rows = session.execute(sa.select(Incident.number, Incident.state, Incident.settled_at))
        return f"how it stands: {[(r[0], r[1], bool(r[2])) for r in rows]}; {wide.stack.folder}"


def runs_of(wide: Wide, worker: str) -> set[str]:
    """The incidents whose runs are processes of this worker's."""
    group = wide.stack.parts[worker].process.pid
    running = wide.stack.prefect(
        "/flow_runs/filter", {"flow_runs": {"state": {"type": {"any_": ["RUNNING"]}}}}
    )
    pids = {
        int(run["infrastructure_pid"]): tag
        for run in running if run["infrastructure_pid"]
        for tag in run["tags"] if tag.startswith("INC-")
    }  # fmt: skip
    found = set()
    for pid, number in pids.items():
        try:
            if os.getpgid(pid) == group:
                found.add(number)
        except ProcessLookupError:
            continue
    return found


def taken_over(wide: Wide, numbers: set[str], since: Any) -> dict[str, float]:
    """After how many real seconds another run took over each incident."""
    with wide.journal.read() as session:
        found = session.scalars(
            sa.select(TimelineEntry).where(
                TimelineEntry.incident.in_(numbers), TimelineEntry.type == "run took over",
                TimelineEntry.recorded_at >= since,
            )
        )  # fmt: skip
        late: dict[str, float] = {}
        for entry in found:
            after_s = (entry.recorded_at - since).total_seconds()
            late[entry.incident] = min(after_s, late.get(entry.incident, after_s))
        return late


def judge(wide: Wide, numbers: list[str]) -> None:
    """Every incident is closed with its record whole; each message in the journal lies in exactly
    one inbox, and nothing else does; nobody has the same words twice."""
    assert wide.numbers() == sorted(numbers)
    whole = wholeness.look(wide.journal)
    assert not whole.broken
    with wide.journal.read() as session:
        assert set(session.scalars(sa.select(Incident.state))) == {"closed"}
        rows = list(session.scalars(sa.select(Message).where(Message.channel != "voice")))
    # Where the sender died between sending and recording, and what it asked was answered before
    # anybody sent it again, nobody can know whether it left.
    states = {"accepted", "delivered", "skipped", "uncertain"}
    assert not [(row.key, row.state) for row in rows if row.state not in states]
    assert len([row for row in rows if row.state == "uncertain"]) <= MOST_UNCERTAIN
    seen = Window(wide.stack).read()
    assert not twice([(sms.to, sms.body) for sms in seen.sms]), "the same words twice"
    assert_in_one_inbox_each(
        [(sms.to, sms.body) for sms in seen.sms], rows, "sms", lambda row: row.text
    )
    assert_in_one_inbox_each(
        [(to, mail.subject) for mail in seen.mails for to in mail.to], rows, "mail",
        lambda row: row.subject,
    )  # fmt: skip
    # A run says that it has ended after the last entry in its incident's record.
    eventually(
        lambda: all(states <= ENDED and "COMPLETED" in states for states in runs(wide).values()),
        60, lambda: str(runs(wide)),
    )  # fmt: skip


def assert_in_one_inbox_each(
    inbox: Sequence[tuple[str, str]], rows: Sequence[Message], channel: str,
    words: Callable[[Message], str],
) -> None:  # fmt: skip
    """All that was sent has arrived, as often as it was sent; besides at most what may have, and
    repeats that say so of what its sender died over (D15)."""
    mine = [row for row in rows if row.channel == channel]
    arrived = Counter(each for each in inbox if not REPEAT.match(each[1]))
    again = Counter((to, REPEAT.sub("", text)) for to, text in inbox if REPEAT.match(text))
    sent = Counter((r.address, words(r)) for r in mine if r.state in ("accepted", "delivered"))
    may = Counter((r.address, words(r)) for r in mine if r.state == "uncertain")
    tried_again = Counter((r.address, words(r)) for r in mine for _ in range(WAYS * r.attempts - 1))
    assert not sent - arrived - again, "missing"
    assert not arrived - sent - may, "nobody has a record of having sent it"
    assert not again - tried_again, "nobody has a record of having sent it again"


def twice(texts: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [text for text, times in Counter(texts).items() if times > 1]


def runs(wide: Wide) -> dict[str, set[str]]:
    """What became of the runs of each incident in Prefect. One that was asked for while the last
    was closing it finds nothing to do, and may die over that."""
    found = wide.stack.prefect(
        "/flow_runs/filter", {"deployments": {"name": {"any_": ["general-incident"]}}}
    )
    states: dict[str, set[str]] = {number: set() for number in wide.numbers()}
    for run in found:
        for tag in run["tags"]:
            if tag in states:
                states[tag].add(run["state_type"])
    return states


@pytest.mark.parametrize(
    "problems", [2, pytest.param(20, marks=pytest.mark.long)], ids=["few", "twenty"]
)
def test_a_gateway_and_a_worker_die_and_the_others_go_on(tmp_path: Path, problems: int) -> None:
    with wide_stack(tmp_path, problems) as wide:
        stack = wide.stack
        numbers = [post(stack, n) for n in range(problems)]
        eventually(lambda: begun(wide, numbers), BEGUN_WITHIN_S, lambda: standing(wide))
        eventually(lambda: any(runs_of(wide, w) for w in WORKERS), 30, lambda: standing(wide))
        victim = max(WORKERS, key=lambda w: len(runs_of(wide, w)))
        orphans = runs_of(wide, victim)
        killed_at = real_now()
        stack.kill(GATEWAYS[0])
        stack.kill(victim)
        orphans &= unsettled(wide)  # one may have come to its end just before
        eventually(
            lambda: orphans <= set(taken_over(wide, orphans, stack.plan_time(killed_at))),
            120, lambda: standing(wide),
        )  # fmt: skip
        late = taken_over(wide, orphans, stack.plan_time(killed_at))
        slowest_s = max(late.values()) / SPEED
        assert slowest_s < GOES_ON_WITHIN_S
        eventually(lambda: settled(wide), 400, lambda: standing(wide))
        judge(wide, numbers)


@pytest.mark.long
@pytest.mark.parametrize("problems", [2, 20], ids=["few", "twenty"])
def test_redis_and_postgresql_go_away_for_a_while_and_come_back(
    tmp_path: Path, problems: int
) -> None:
    with wide_stack(tmp_path, problems) as wide:
        stack = wide.stack
        numbers = [post(stack, n) for n in range(problems)]
        eventually(lambda: begun(wide, numbers), BEGUN_WITHIN_S, lambda: standing(wide))
        wide.redis.stop()
        sleep_s(AWAY_S)
        wide.redis.start()
        wide.postgres.stop()
        sleep_s(AWAY_S)
        assert line_mode(stack) == "normal"  # callers are led on meanwhile
        wide.postgres.start()
        eventually(lambda: settled(wide), 500, lambda: standing(wide))
        judge(wide, numbers)
        stack.restart_ended()
        for name in stack.parts:
            if name != "proxy":
                eventually(lambda name=name: stack.healthy(name), 90, lambda name=name: name)
