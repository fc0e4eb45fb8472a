"""What is broken in a trial, and how it is mended: really killed, filled, locked, refused."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Mapping
from contextlib import closing, suppress
from datetime import timedelta
from typing import Any

import requests
import sqlalchemy as sa
import yaml

from kitart.clock import monotonic_s, real_now
from kitart.journal.database import Journal
from kitart.journal.tables import Document, Message
from sandbox.stack import GATEWAY, PREFECT, WORKER
from sandbox.trial.clock import end_of_summer_time
from sandbox.trial.scene import FOUND_WITHIN_S, Act, Fault, Scene, Strike, entries, nothing

SPEED = 20.0
STEP = timedelta(hours=1) / SPEED
"""Of real time: an hour of the plan's clock, and longer than any hold or pause lasts."""
SECOND_WORKER = "worker-2"
ON_ITS_WAY_S = 0.7
"""From the claim of a mail until the tenant has taken it, about; it answers after two seconds."""
REPORTS_AFTER_S = (5, 60)
"""When it is reported what became of a text: before a message of a dead sender is taken over, or
after that."""
SMS_PATH = "POST /2010-04-01/*"
TENANT = [{"pattern": "*", "kind": "reset"}]
MAIL_PATH = "POST /v1.0/users/*/sendMail"
MAIL = [{"pattern": MAIL_PATH, "kind": "unavailable"}]
LATE_MAIL = [{"pattern": MAIL_PATH, "kind": "late_answer", "seconds": 2}]
SLOW = {
    part: [{"pattern": "*", "kind": "delay", "seconds": 2}] for part in ("microsoft", "sms", "vcc")
}
ROOM_LEFT_KB = 16
MOST_KILLS, MOST_REPORTS = 25, 3


def _kill(*names: str, alone: bool = False) -> Act:
    def strike(scene: Scene) -> None:
        for name in names:
            scene.kill(name, alone=alone)

    return strike


def _start(*names: str) -> Act:
    def mend(scene: Scene) -> None:
        for name in names:
            scene.stack.start_part(name)

    return mend


def _kill_run(scene: Scene) -> None:
    scene.kill_run()


def _kill_while_beginning(scene: Scene) -> None:
    """The worker dies with the first run that it took, before that has done anything."""
    until = monotonic_s() + FOUND_WITHIN_S
    while monotonic_s() < until:
        with suppress(requests.RequestException):
            if any(run["state_type"] in ("PENDING", "RUNNING") for run in scene.window.flow_runs()):
                break
        if scene.over.wait(0.05):
            return
    scene.kill(WORKER)
    scene.struck.append(Strike(real_now(), 0))
    scene.over.wait(5)
    scene.stack.start_part(WORKER)


def _kill_again_and_again(scene: Scene) -> None:
    """Each run dies a few entries after it has taken over: at one step's end after the other."""
    with closing(Journal(scene.stack.journal_url)) as journal:
        for _ in range(MOST_KILLS):
            enough = entries(journal) + scene.random.randint(1, 6)
            while entries(journal) < enough:
                if scene.over.wait(0.2):
                    return
            if scene.kill_run():
                scene.strikes()


def _lose_sender(scene: Scene) -> None:
    """Whoever is sending dies, gateway or run; the gateway is there again at once."""
    scene.strikes()
    scene.kill(GATEWAY)
    scene.kill_run(wait_s=0)
    scene.stack.start_part(GATEWAY)


def _kill_while_sending(kind: str, often: int = 1, sent: tuple[int, int] = (0, 0)) -> Act:
    """Whoever sends a text message dies while the provider has not answered: when it has taken it
    (``late_answer``) or when it has not (``reset``).

    Which one: after so many texts ``sent`` more as the seed draws, each time.
    """

    def strike(scene: Scene) -> None:
        rule = {"pattern": SMS_PATH, "kind": kind, "seconds": 2, "times": 1}
        with closing(Journal(scene.stack.journal_url)) as journal:
            for _ in range(often):
                enough = _texts(journal) + scene.random.randint(*sent)
                while _texts(journal) < enough:
                    if scene.over.wait(0.05):
                        return
                scene.window.put("sms", "/sandbox/faults", {"rules": [rule]})
                while not _used(scene):
                    if scene.over.wait(0.05):
                        return
                _lose_sender(scene)
                scene.window.put("sms", "/sandbox/faults", {"rules": []})

    return strike


def _used(scene: Scene) -> bool:
    return any(one["used"] for one in scene.window.get("sms", "/sandbox/faults")["rules"])


def _texts(journal: Journal) -> int:
    """How many text messages the provider took."""
    query = sa.select(sa.func.count()).where(
        Message.channel == "sms", Message.provider_id.is_not(None)
    )
    with journal.read() as session:
        return session.scalar(query) or 0


def _beside(act: Act) -> Act:
    """What waits for its moments while the story goes on, or has yet to begin."""

    def strike(scene: Scene) -> None:
        threading.Thread(target=act, args=(scene,), daemon=True, name="killer").start()

    return strike


def _report_late(scene: Scene) -> None:
    """What became of a text is reported late: how late, the seed decides."""
    after_s = scene.random.choice(REPORTS_AFTER_S)
    scene.window.put("sms", "/sandbox/sms/reporting", {"after_s": after_s})


def _kill_while_reporting(scene: Scene) -> None:
    """Whoever sends a report to a client dies when the tenant has taken the mail and not answered;
    with the next report to another client again."""
    journal, hit = Journal(scene.stack.journal_url), set[str]()
    try:
        while len(hit) < MOST_REPORTS:
            clients = _told_now(journal) - hit
            if scene.over.wait(0.05):
                return
            if clients:
                scene.over.wait(ON_ITS_WAY_S)
                hit |= clients
                _lose_sender(scene)
    finally:
        journal.close()
        scene.window.put("microsoft", "/sandbox/faults", {"rules": []})


def _told_now(journal: Journal) -> set[str]:
    """The clients that a report is on its way to."""
    query = (
        sa.select(Document.client)
        .join(Message, Message.document_id == Document.id)
        .where(Message.state == "sending")
    )
    with journal.read() as session:
        return set(session.scalars(query))


def _refuse(**parts: list[dict[str, Any]]) -> Act:
    def strike(scene: Scene) -> None:
        for part, rules in parts.items():
            scene.window.put(part, "/sandbox/faults", {"rules": rules})

    return strike


def _accept(*parts: str) -> Act:
    return _refuse(**{part: [] for part in parts})


def _phone_system(state: str) -> Act:
    return lambda scene: scene.window.put("vcc", "/sandbox/outage", {"mode": state})


def _both(*acts: Act) -> Act:
    def each(scene: Scene) -> None:
        for act in acts:
            act(scene)

    return each


def _journal_file(scene: Scene) -> str:
    return scene.stack.journal_url.removeprefix("sqlite:///")


def _lock_journal(scene: Scene) -> None:
    connection = sqlite3.connect(_journal_file(scene), timeout=30, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    scene.kept["lock"] = connection


def _unlock_journal(scene: Scene) -> None:
    with closing(scene.kept.pop("lock")) as connection:
        connection.execute("ROLLBACK")


def _fill_disk(scene: Scene) -> None:
    """Leave the journal a few kilobytes."""
    free = shutil.disk_usage(scene.room).free - ROOM_LEFT_KB * 1024
    with (scene.room / "filler").open("wb") as filler:
        filler.write(b"\0" * max(0, free))


def _empty_disk(scene: Scene) -> None:
    (scene.room / "filler").unlink()


def _read_only(scene: Scene) -> None:
    """A file system that can only be read, as after an error of its disk."""
    room = str(scene.room)
    for words in (["--bind", room, room], ["-o", "remount,bind,ro", room]):
        subprocess.run(["mount", *words], check=True, capture_output=True)


def _writable(scene: Scene) -> None:
    subprocess.run(["umount", "-l", str(scene.room)], check=True, capture_output=True)


def _set_clock(scene: Scene) -> None:
    """As far as the fault says; on the plan's clock, which runs faster, it is an hour."""
    scene.clock.set_by(scene.struck[-1].set_by)


def _upgrade(scene: Scene) -> None:
    """New code beside the old: a new worker, the old one leaves when its runs end; a new gateway.
    A run that dies afterwards is begun by the new worker, from the old plan."""
    scene.stack.leave(WORKER)
    scene.stack.start_part(WORKER)
    scene.kill(GATEWAY)
    scene.stack.start_part(GATEWAY)
    _edit_plan(scene)


def _edit_plan(scene: Scene) -> None:
    """Shorter deadlines and other addresses in the plan's folder, while an incident runs."""
    limits = scene.company / "limits.yaml"
    text = yaml.safe_load(limits.read_text(encoding="utf-8"))
    text["limits"]["ert_ack_in_hours"] = 1
    limits.write_text(yaml.safe_dump(text), encoding="utf-8")
    people = scene.company / "people.yaml"
    everybody = people.read_text(encoding="utf-8")
    people.write_text(everybody.replace("@kitart.example", "@moved.example"), encoding="utf-8")


def _forget_deployments(scene: Scene) -> None:
    """Nobody told Prefect's people: each deployment is gone, and the run is killed."""
    for one in scene.stack.prefect("/deployments/filter", {}):
        scene.stack.prefect(f"/deployments/{one['id']}", {}, method="DELETE")
    scene.kill_run()


FAULTS: Mapping[str, Fault] = {
    "run": Fault("the incident's run is killed, three times", _kill_run,
                 often=3, kills=True),
    "each-step": Fault("the run is killed again and again, a few entries after it has begun",
                       _beside(_kill_again_and_again), limit_s=1500, at=1.0, waits=True,
                       kills=True),
    "beginning": Fault("the worker dies with the first run that it took, as it begins",
                       _beside(_kill_while_beginning), at=0.2, waits=True, kills=True),
    "sending": Fault("whoever sends a text dies before it has the answer",
                     _beside(_kill_while_sending("late_answer", often=2, sent=(1, 6))),
                     begin=_report_late, at=0.2, waits=True, kills=True),
    "first-page": Fault("whoever sends the first text dies before it has the answer",
                        _beside(_kill_while_sending("late_answer")), begin=_report_late, at=0.2,
                        waits=True, kills=True),
    "before-sending": Fault("whoever sends a text dies before the provider has it",
                            _beside(_kill_while_sending("reset", often=2, sent=(1, 6))), at=0.2,
                            waits=True, kills=True),
    "reporting": Fault("whoever sends a client's report dies before it has the answer",
                       _both(_refuse(microsoft=LATE_MAIL), _beside(_kill_while_reporting)),
                       at=2.0, waits=True, kills=True,
                       not_in=("general",)),  # its client is told in person
    "worker": Fault("the worker and its runs are killed", _kill(WORKER), _start(WORKER), 5),
    "worker-alone": Fault("the worker alone is killed", _kill(WORKER, alone=True),
                          _start(WORKER), 5),
    "gateway": Fault("the gateway is killed", _kill(GATEWAY), _start(GATEWAY), 5),
    "prefect": Fault("Prefect's server is killed", _kill(PREFECT), _start(PREFECT), 5),
    "prefect-long": Fault("Prefect's server is away for longer than a hold lasts", _kill(PREFECT),
                          _start(PREFECT), 30),
    "power": Fault("everything is killed at once", _kill(GATEWAY, WORKER, PREFECT),
                   _start(PREFECT, GATEWAY, WORKER), 5),
    "journal-locked": Fault("the journal is locked", _lock_journal, _unlock_journal, 20),
    "disk-full": Fault("the journal's disk is full", _fill_disk, _empty_disk, 15,
                       small_room=True),
    "tenant": Fault("mail, SharePoint, sign-on and Teams are away",
                    _refuse(microsoft=TENANT), _accept("microsoft"), 15, not_in=("sharepoint",)),
    "mail": Fault("mail is refused by the tenant", _refuse(microsoft=MAIL), _accept("microsoft"),
                  15, not_in=("sharepoint",)),
    "vcc": Fault("the phone system is away", _phone_system("down"), _phone_system("up"), 15,
                 not_in=("vcc",)),
    "all-of-it": Fault(
        "the tenant, the SMS gateway and the phone system are away together",
        _both(_refuse(microsoft=TENANT, sms=TENANT), _phone_system("down")),
        _both(_accept("microsoft", "sms"), _phone_system("up")), 15,
        not_in=("vcc", "sharepoint"),
    ),
    "slow": Fault(
        "every answer of the outside comes two seconds late",
        _refuse(**SLOW),
        _accept("microsoft", "sms", "vcc"), 30, not_in=("sharepoint",),
    ),
    "slow-start": Fault(
        "every answer of the outside comes two seconds late, from before the alert on",
        _refuse(**SLOW),
        _accept("microsoft", "sms", "vcc"), 30, begin=_report_late, at=0.2, not_in=("sharepoint",),
    ),
    "two-workers": Fault("two workers take runs, and the run is killed", _kill_run,
                         begin=_start(SECOND_WORKER), often=2, kills=True),
    "plan-edited": Fault("the plan is edited, then the run is killed",
                         _both(_edit_plan, _kill_run), kills=True),
    "deployments": Fault("the deployments are deleted and the run killed", _forget_deployments,
                         lambda scene: scene.stack.deploy(), 20, kills=True),
    "read-only": Fault("the journal's disk can only be read after a restart",
                       _both(_kill(GATEWAY, WORKER), _read_only, _start(GATEWAY, WORKER)),
                       _writable, 15, small_room=True, kills=True),
    "clock-forward": Fault("the clock is set forward by an hour", _set_clock, set_by=STEP,
                           limit_s=900),
    "clock-back": Fault("the clock is set back by an hour, then the run is killed",
                        _both(_set_clock, _kill_run), set_by=-STEP, limit_s=1200,
                        kills=True),
    "summer-time": Fault(
        "summer time ends in the middle of the story", nothing, at=30.0,
        begins=lambda now: end_of_summer_time(now) - timedelta(minutes=30),
        not_in=("blackout", "workplace", "client-crm"),  # their people sleep on a Sunday night
    ),
    "upgrade": Fault("new code beside the old, and the old run is killed",
                     _upgrade, _kill_run, 8),
}  # fmt: skip
"""By the name that is chosen by."""
