"""A worked example of an exercise: three steps passed, one late, one never came."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from kitart.reports.facts import exercise as f
from kitart.reports.facts.after_action import SignOff
from kitart.reports.facts.record import MessageFacts
from kitart.reports.facts.system import ProofFacts
from kitart.reports.facts.written import CorrectiveAction, WrittenText

BEGAN = datetime(2026, 11, 24, 9, 12, tzinfo=UTC)


def after(minutes: float) -> datetime:
    return BEGAN + timedelta(minutes=minutes)


def step(expect: str, what: str, requirement: str, within: int, actual: float | None,
         verdict: str | None) -> f.StepFacts:  # fmt: skip
    return f.StepFacts(
        inject="internet", expect=expect, what=what, requirement=requirement,
        expected_minutes=within, actual_minutes=actual, verdict=verdict,
        evidence="" if actual is None else "INC-0008, 12",
    )  # fmt: skip


STEPS = (
    step("ert-has-it", "ert acknowledged", "R9", 5, 3.4, "pass"),
    step("am-told", "account manager told", "R15", 5, 1.0, "pass"),
    step("backup-asked", "cover asked", "R20", 10, 9.2, "pass"),
    step("backup-live", "cover live", "R21", 40, 46.5, "part"),
    step("level-2", "level invoked 2", "R26", 15, None, "fail"),
)


def message(channel: str, minutes: float, **more: Any) -> MessageFacts:
    return MessageFacts(purpose="ert-alarm", to_role="ERT member", channel=channel,
                        sent_at=after(minutes), state="delivered", **more)  # fmt: skip


def exercise(**changes: Any) -> f.ExerciseFacts:
    """The record of INC-0007, with ``changes``."""
    values: dict[str, Any] = {
        "number": "INC-0007", "title": "Backup call-out in a queue's own language",
        "entry": "BACKUP-CALLOUT", "kind": "functional", "stage": "carried out",
        "plan_hash": "ab12" * 16, "plan_taken_at": after(-20000), "contact_test": "INC-0003",
        "contact_tested_at": after(-30000), "scenario": "One agent has no internet",
        "covers": ("R16", "R20", "R21", "R26"), "announced": True, "stop_word": "STOP EXERCISE",
        "planned_at": after(-20000), "starts_at": BEGAN, "began_at": BEGAN, "ended_at": after(60),
        "confirmed": ("it_manager", "account_manager"), "languages": ("de",), "levels": (2,),
        "played": ("INC-0008",), "fenced": 1,
        "objectives": (
            f.ObjectiveFacts(id="live", text="A native backup is live in 30 minutes",
                             requirement="R21", measure="backup-live", limit=100),
            f.ObjectiveFacts(id="ert", text="The ERT acknowledges in 5 minutes", requirement="R9",
                             measure="ert-has-it", limit=100),
            f.ObjectiveFacts(id="all", text="Eight of ten steps pass", requirement="R52",
                             measure="all", limit=80),
            f.ObjectiveFacts(id="divert", text="The divert is active in 15 minutes",
                             requirement="D19", measure="divert-active", limit=100),
        ),
        "injects": (
            f.InjectFacts(
                id="internet", planned_minutes=0, to=("supervisor",), given_at=BEGAN, answers=1,
                text={"en": "AG-014 has no internet and can't say when it comes back",
                      "hu": "AG-014-nek nincs internete, és nem tudja megmondani, mikor lesz"},
            ),
        ),
        "steps": STEPS,
        "participants": (
            f.ParticipantFacts(role="it_manager", attendance="present", coordinates=True),
            f.ParticipantFacts(role="account_manager", attendance="present", coordinates=True),
            f.ParticipantFacts(role="ert", attendance="present"),
            f.ParticipantFacts(role="ert", attendance="absent"),
            f.ParticipantFacts(role="supervisor", attendance="replaced"),
            f.ParticipantFacts(role="agent", attendance="present"),
            f.ParticipantFacts(role="agent", attendance="present"),
            f.ParticipantFacts(role="agent", attendance="left"),
            f.ParticipantFacts(role="agent", attendance="not called"),
        ),
        "messages": (
            message("sms", 0.1, acknowledged_at=after(3.4)), message("sms", 0.2),
            message("mail", 7, due_at=after(5)),
            MessageFacts(purpose="am-information", to_role="account manager", channel="voice",
                         state="failed"),
        ),
        "proofs": (
            ProofFacts(factor="calls answered by native speakers", project_id="BRAVO",
                       line="BRAVO-DE", kind="call record", at=after(52), by_role="phone system",
                       ok=True),
        ),
        "findings": (
            f.FindingFacts(seq=31, number=1, text="cover live: after 46.5 min, 40 min allowed",
                           category="weakness", requirement="R21",
                           cause="The headset of AG-052 had to be fetched", step="backup-live"),
            f.FindingFacts(seq=32, number=2, text="level invoked 2: never came, 15 min allowed",
                           category="proposed", requirement="R26", step="level-2"),
            f.FindingFacts(seq=33, number=3, text="The supervisor told the agents within a minute",
                           category="strength"),
        ),
        "corrective_actions": (
            CorrectiveAction(number=1, finding="The headset had to be fetched",
                             action="Keep a second headset with each backup",
                             owner_role="supervisor",
                             due=date(2026, 12, 15), check="Each backup shows it at the next test",
                             resources="Twelve headsets", seq=34),
        ),
        "carried": (
            f.CarriedAction(seq=9, reference="INC-0002/1",
                            action="Have the carrier announce changes",
                            owner_role="it_manager", due=date(2026, 11, 1), status="done",
                            check="The next change was announced"),
        ),
        "hot_wash": (
            f.HotWashFacts(seq=40, role="supervisor", keep="The link on the phone",
                           change="Tell AG-052 the time in her own zone"),
            f.HotWashFacts(seq=41, role="agent", keep="", change="More notice"),
        ),
        "hot_wash_until": after(60 + 2880), "silent": ("ert", "agent", "agent"),
        "written": (
            WrittenText(seq=50, part="exercise-result", text="A headset was missing",
                        by_role="IT manager", at=after(3000)),
            WrittenText(seq=51, part="exercise-effects", text="None: the line was closed",
                        by_role="IT manager", at=after(3000)),
        ),
        "trend": (
            f.TrendPoint(number="INC-0001", on=after(-525600), title="One year ago",
                         ert_minutes=7.5, share_passed=0.5),
            f.TrendPoint(number="INC-0004", on=after(-260000), title="Half a year ago",
                         ert_minutes=4.2, cover_minutes=52, share_passed=0.75),
            f.TrendPoint(number="INC-0007", on=BEGAN, title="Now", ert_minutes=3.4,
                         cover_minutes=46.5, share_passed=0.6),
        ),
        "following": (
            f.NextExercise(title="Backup call-out in a queue's own language", at=after(260000)),
            f.NextExercise(title="From level 3 to level 4", at=after(50000), planned=True),
        ),
        "company": "Sample Contact Centre", "zone": "Europe/Budapest", "language": "en",
        "contact_role": "it_manager", "contact_phone": "+36 1 5550100",
        "recipients": ("it_manager", "account_manager", "cmt_lead"), "due_at": after(20000),
        "sign_offs": (
            SignOff(step="Signed off by", role="it_manager", at=after(9000)),
            SignOff(step="Signed off by", role="account_manager"),
            SignOff(step="Signed off by", role="cmt_lead"),
        ),
    }  # fmt: skip
    return f.ExerciseFacts(**values | changes)
