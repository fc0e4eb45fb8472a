"""What the record of an exercise is made of (reports §6.1, t1 to t22). Roles, no persons (D22)."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from kitart.reports.facts.after_action import SignOff
from kitart.reports.facts.fact import Fact, Utc
from kitart.reports.facts.record import MessageFacts
from kitart.reports.facts.system import ProofFacts
from kitart.reports.facts.written import CorrectiveAction, WrittenText

Attendance = Literal["present", "replaced", "left", "absent", "not called"]


class InjectFacts(Fact):
    """What the players were told, planned and given (t7)."""

    id: str
    planned_minutes: int
    text: dict[str, str]
    to: tuple[str, ...] = ()
    given_at: Utc | None = None
    answers: int = 0


class StepFacts(Fact):
    """An expected step with what was measured (t12); ``evidence`` is "INC-0143, entry 12"."""

    inject: str
    expect: str
    what: str
    requirement: str
    expected_minutes: int
    actual_minutes: float | None = None
    verdict: str | None = None
    evidence: str = ""


class ObjectiveFacts(Fact):
    """An objective as the programme has it (t6)."""

    id: str
    text: str
    requirement: str
    measure: str
    limit: int
    within_minutes: int | None = None
    texts: dict[str, str] = Field(default={})


class ParticipantFacts(Fact):
    """Someone of a role who was to take part, without a name (t10)."""

    role: str
    attendance: Attendance
    coordinates: bool = False


class FindingFacts(Fact):
    """A finding (t15); ``step`` is the expected step that a proposed one came from."""

    seq: int
    number: int
    text: str
    category: str
    requirement: str = ""
    cause: str = ""
    step: str = ""


class HotWashFacts(Fact):
    """A participant's word, by role (t17)."""

    seq: int
    role: str
    keep: str
    change: str


class CarriedAction(Fact):
    """A corrective action of an earlier record that was open when this exercise ended (D29)."""

    seq: int
    reference: str
    action: str
    owner_role: str
    due: date
    status: str
    check: str


class TrendPoint(Fact):
    """One exercise in the comparison; what was not measured is ``None`` (D3)."""

    number: str
    on: Utc
    title: str
    ert_minutes: float | None = None
    cover_minutes: float | None = None
    share_passed: float | None = None


class NextExercise(Fact):
    """The next one: its subject, and the moment by which or at which it is (t21)."""

    title: str
    at: Utc | None = None
    planned: bool = False
    titles: dict[str, str] = Field(default={})


class ExerciseFacts(Fact):
    """All that the record of an exercise is made of; ``titles`` and ``texts`` are what the
    programme says in other languages, by language."""

    number: str
    title: str
    titles: dict[str, str] = Field(default={})
    entry: str
    kind: str
    stage: str
    plan_hash: str
    plan_taken_at: Utc | None = None
    contact_test: str | None = None
    contact_tested_at: Utc | None = None
    scenario: str = ""
    scenario_titles: dict[str, str] = Field(default={})
    covers: tuple[str, ...] = ()
    announced: bool | None = None
    stop_word: str = ""
    planned_at: Utc
    starts_at: Utc
    began_at: Utc | None = None
    ended_at: Utc
    stopped: bool = False
    stopped_because: str = ""
    confirmed: tuple[str, ...] = ()
    moved: int = 0
    lines: tuple[str, ...] = ()
    clients: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    levels: tuple[int, ...] = ()
    played: tuple[str, ...] = ()
    fenced: int = 0
    objectives: tuple[ObjectiveFacts, ...] = ()
    injects: tuple[InjectFacts, ...] = ()
    steps: tuple[StepFacts, ...] = ()
    participants: tuple[ParticipantFacts, ...] = ()
    messages: tuple[MessageFacts, ...] = ()
    proofs: tuple[ProofFacts, ...] = ()
    findings: tuple[FindingFacts, ...] = ()
    corrective_actions: tuple[CorrectiveAction, ...] = ()
    carried: tuple[CarriedAction, ...] = ()
    hot_wash: tuple[HotWashFacts, ...] = ()
    hot_wash_until: Utc | None = None
    silent: tuple[str, ...] = ()
    written: tuple[WrittenText, ...] = ()
    trend: tuple[TrendPoint, ...] = ()
    ert_limit_minutes: int = 5
    cover_limit_minutes: int = 30
    following: tuple[NextExercise, ...] = ()
    corrections: int = 0
    company: str
    zone: str
    language: str
    contact_role: str
    contact_phone: str
    recipients: tuple[str, ...] = ()
    due_at: Utc
    sign_offs: tuple[SignOff, ...] = ()
