"""The system that failed: its kind and states, its supplier, the divert meanwhile, its proof."""

from __future__ import annotations

from typing import Literal

from kitart.plan.inputs import is_input
from kitart.plan.workplace import WORKPLACE
from kitart.reports.facts.fact import Fact, Filled, Utc
from kitart.rules.outages import State

KindOfSystem = Literal["phone", "documents", "client-managed", "other", "workplace", "input"]

CALLS_REACH_VCC = "calls reach VCC"
LEAVE_VOICEMAIL = "callers can leave a voicemail"
DOCUMENTS_FILED = "documents are filed"
CLIENT_SYSTEM_USED = "agents work in the client's system"
WORKS_AGAIN = "the system was tried and works"
INPUT_USED = "the input is here and used"
CALLS_ANSWERED = "calls are answered by the usual agents"

FACTORS: dict[KindOfSystem, str] = {
    "phone": CALLS_REACH_VCC,
    "documents": DOCUMENTS_FILED,
    "client-managed": CLIENT_SYSTEM_USED,
    "other": WORKS_AGAIN,
    "workplace": CALLS_ANSWERED,
    "input": INPUT_USED,
}
PROVED_BY: dict[KindOfSystem, frozenset[str]] = {
    # A call that is answered, or a person's word that the agents work again, shows it as well.
    "workplace": frozenset({CALLS_ANSWERED, CALLS_REACH_VCC, WORKS_AGAIN}),
}


class SystemFacts(Fact):
    """The system that failed."""

    id: Filled
    name: Filled
    managed_by: Literal["company", "client"] = "company"
    carries_calls: bool = True
    probe: Literal["vcc", "sharepoint"] | None = None

    @property
    def kind(self) -> KindOfSystem:
        """What it is for, which decides on what is said of it (R43, R44)."""
        if self.id == WORKPLACE:
            return "workplace"
        if self.is_input:
            return "input"
        if self.carries_calls:
            return "phone"
        if self.managed_by == "client":
            return "client-managed"
        return "documents" if self.probe == "sharepoint" else "other"

    @property
    def at_home(self) -> bool:
        """Whether people are missing and no system has failed (R16)."""
        return self.kind == "workplace"

    @property
    def is_input(self) -> bool:
        """Whether something is missing that others give us, and no system has failed (A21)."""
        return is_input(self.id)

    @property
    def factor(self) -> str:
        """The success factor that proves it: what must be seen to work again."""
        return FACTORS[self.kind]

    def proved_by(self, factor: str) -> bool:
        """Whether this factor, proved, shows that it works again."""
        return factor in PROVED_BY.get(self.kind, {self.factor})


class SystemState(Fact):
    """A state of the system from a moment on, and who says so."""

    at: Utc
    state: State
    source: str


class SupplierFacts(Fact):
    """The supplier, its ticket and its last words, quoted as its own."""

    name: str
    ticket: str | None = None
    statement: str = ""
    stated_at: Utc | None = None
    report_received: bool = False


class ExpectedRecovery(Fact):
    """A forecast, never without its basis."""

    at: Utc
    basis: str


class DivertFacts(Fact):
    """The carrier divert of a project (D19). It counts only once verified by a call (E41)."""

    project_id: str | None = None
    kind: Filled = "recorded notice"
    ordered_at: Utc | None = None
    executed_at: Utc | None = None
    verified_at: Utc | None = None
    ended_at: Utc | None = None

    @property
    def active(self) -> bool:
        """Whether it was proved by a call and not ended since."""
        return self.verified_at is not None and self.ended_at is None


class ProofFacts(Fact):
    """A success factor proved or failed, for one line or a whole project."""

    factor: str
    project_id: str
    line: str | None = None
    kind: Literal["call record", "person's word", "our own write", "our own call"]
    at: Utc
    by_role: str
    ok: bool
    call: str = ""
    """The phone system's own number of the call that shows it, where there is one."""
    message: str = ""
    message_s: float | None = None
