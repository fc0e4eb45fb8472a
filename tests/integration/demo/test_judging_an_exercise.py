"""The demo's verdict on an exercise, from its schedule to its record: what it must not overlook."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kitart.plan.loading import load_plan
from sandbox.demo import scenario
from sandbox.demo.company import company_of
from sandbox.demo.exercise_checks import judge_exercise
from sandbox.demo.outside import Deed, Mail, Outside, Sms

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
STORY = scenario.load("exercise")
ACTION = "Give each backup a headset to keep at home"
SPEED = 8.0


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    return load_plan(company_of(STORY, tmp_path_factory.mktemp("company")))


def after(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def address(plan, code: str, kind: str) -> str:
    owners = {each.id: each for each in (*plan.people, *plan.agents)}
    return next(c.address for c in owners[code].channels if c.kind == kind)


def sms(plan, code: str, body: str, minutes: float) -> Sms:
    return Sms(address(plan, code, "sms"), body, after(minutes), after(minutes))


def run(name: str, *, late_s: float = 0, auto: bool = False) -> dict[str, Any]:
    return {
        "name": name, "state_name": "Completed", "state_type": "COMPLETED", "auto_scheduled": auto,
        "expected_start_time": START.isoformat().replace("+00:00", "Z"),
        "start_time": (START + timedelta(seconds=late_s)).isoformat(),
    }  # fmt: skip


def said(*deeds: tuple[str, str, str]) -> list[Deed]:
    return [Deed(who, kind, answer, "answered", after(5)) for who, kind, answer in deeds]


def a_good_exercise(plan) -> Outside:
    ics = {"EXERCISE_INC-0001.ics": b"x"}
    record = f"EXERCISE_INC-0001_internal_Record_v1 {ACTION}".encode()
    names = ("EXERCISE_INC-0001_internal_Record_v1", "GYAKORLAT_INC-0001_internal_Jegyzőkönyv_v1")
    folder = "Incidents/INC-0001/internal"
    return Outside(
        sms=[
            sms(plan, "AM-2", "EXERCISE INC-0001: does it hold?", 10),
            sms(plan, "AG-016", "EXERCISE INC-0001: the exercise is over", 30),
            sms(plan, "AG-016", "EXERCISE INC-0001: a word? http://x/h/abc", 30.5),
            sms(plan, "AM-2", "EXERCISE INC-0001: a word? http://x/h/abd", 30.5),
        ],
        mails=[
            *(Mail((address(plan, code, "mail"),), "EXERCISE: the date", "x", after(10),
                   attachments=ics) for code in ("IT-MGR", "AM-2")),
            Mail((address(plan, "CMT-LEAD", "mail"),), "EXERCISE: the record", "x", after(50),
                 attachments={f"{names[0]}.pdf": b"x"}),
        ],
        files={f"{folder}/{name}.{kind}": record for name in names for kind in ("html", "pdf")},
        register=[{"Title": "INC-0001", "State": "ended"}],
        deeds=said(
            ("IT-MGR", "exercise-date", "confirm"), ("AM-2", "exercise-date", "confirm"),
            ("ERT-1", "ack", "take"), ("AG-016", "cover", "yes"), ("AG-016", "hot-wash", "send"),
            ("AM-2", "hot-wash", "send"), ("IT-MGR", "sign-off", "approve"),
            ("AM-2", "sign-off", "approve"), ("CMT-LEAD", "sign-off", "approve"),
        ),
        flow_runs=[run("exercise", late_s=60, auto=True), run("INC-0002"), run("record")],
        failed_tasks=[],
        calls={"answered": 0, "lost": 0},
    )  # fmt: skip


LISTED = [json.dumps({"exercise": "BACKUP-CALLOUT", "last": "INC-0001", "open": None})]
LEDGER = [json.dumps({"action": "INC-0001/1", "text": ACTION, "exercise": True,
                      "due_on": "2026-12-15"})]  # fmt: skip


def failed(plan, seen: Outside, ledger: list[str] | None = None) -> list[str]:
    checks = judge_exercise(plan, STORY, SPEED, LISTED, LEDGER if ledger is None else ledger, seen)
    return [check.what for check in checks if not check.ok]


def test_the_company_of_the_story_waits_for_no_fortnight(plan, tmp_path: Path) -> None:
    assert plan.exercise("BACKUP-CALLOUT").notice_days == 0
    assert plan.limits.exercise_late == 5
    others = company_of(scenario.load("vcc"), tmp_path)
    assert not list(tmp_path.iterdir())
    assert load_plan(others).exercise("BACKUP-CALLOUT").notice_days > 0


@pytest.mark.covers("R52", "R53")
def test_an_exercise_that_went_to_its_record_passes_every_check(plan) -> None:
    assert failed(plan, a_good_exercise(plan)) == []


@pytest.mark.covers("R52")
@pytest.mark.parametrize(
    "first", [run("exercise", late_s=10, auto=True), run("exercise", late_s=60)],
    ids=["in time", "by hand"],
)  # fmt: skip
def test_a_run_in_time_or_by_hand_is_no_late_run_of_the_schedule(plan, first) -> None:
    seen = a_good_exercise(plan)
    assert failed(plan, replace(seen, flow_runs=[first, *seen.flow_runs[1:]])) == [
        "The schedule began it, late: nothing ran at its time"
    ]


@pytest.mark.covers("R53")
@pytest.mark.parametrize("signer", ["IT-MGR", "AM-2", "CMT-LEAD"])
def test_a_record_that_one_of_the_three_did_not_sign_is_found(plan, signer: str) -> None:
    seen = a_good_exercise(plan)
    deeds = [d for d in seen.deeds if (d.person, d.kind) != (signer, "sign-off")]
    assert failed(plan, replace(seen, deeds=deeds)) == [
        "The IT manager, the account manager and the CMT lead signed it, three people"
    ]


def test_a_word_that_was_asked_for_late_or_never_said_is_found(plan) -> None:
    seen = a_good_exercise(plan)
    late = [replace(s, at=after(36)) if "/h/" in s.body else s for s in seen.sms]
    mute = [d for d in seen.deeds if (d.person, d.kind) != ("AG-016", "hot-wash")]
    for one in (replace(seen, sms=late), replace(seen, deeds=mute)):
        assert failed(plan, one) == ["Whoever took part was asked for a word at once, and said it"]


@pytest.mark.covers("D29")
def test_a_finding_without_an_action_in_the_ledger_is_found(plan) -> None:
    assert failed(plan, a_good_exercise(plan), []) == [
        "What was found has its corrective action in the ledger"
    ]


@pytest.mark.covers("D4")
def test_a_record_in_one_language_or_without_its_mark_is_found(plan) -> None:
    seen = a_good_exercise(plan)
    one = {path: each for path, each in seen.files.items() if "GYAKORLAT" not in path}
    assert failed(plan, replace(seen, files=one)) == [
        "Its record is filed in both languages, with their PDFs",
        "The filed record has the corrective action, in each language",
    ]
    plain = {path.replace("GYAKORLAT_", ""): each for path, each in seen.files.items()}
    assert "Every document in SharePoint is marked" in failed(plan, replace(seen, files=plain))
