"""Our own look at SharePoint: sign on, read the site, write a row and delete it.

How a failed step is read (up only if all went well; "unknown" is never up):

- refused, reset, timed out, 5xx: **down**, with the step;
- credentials, permissions or settings refused (4xx, untrusted certificate): **unknown**, ours to
  mend;
- 429, or a pause that the host asked for: **unknown**, it is busy with us, which proves nothing;
  asked to wait after it was seen down, it stays down (``MicrosoftTenant.probe``);
- an answer that can't be understood (a captive portal's page): **unknown**.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from kitart.clock import monotonic_s
from kitart.connectors.errors import ConnectorError
from kitart.connectors.http import HostPaused, ServiceRefused, TlsFailed, Unreachable
from kitart.connectors.microsoft.graph import Graph
from kitart.connectors.microsoft.sharepoint import ListRows, Site
from kitart.connectors.microsoft.tokens import EntraBusy

ProbeState = Literal["up", "down", "unknown"]
StepName = Literal["token", "site", "write", "delete"]
STEP_WORDS: dict[StepName, str] = {
    "token": "signing on",
    "site": "reading the site",
    "write": "writing to the list",
    "delete": "deleting from the list",
}


@dataclass(frozen=True)
class ProbeStep:
    """One step: whether it went well, how long it took in seconds, what it said."""

    name: StepName
    ok: bool
    latency_s: float
    detail: str = ""


@dataclass(frozen=True)
class ProbeResult:
    """``steps`` are those that were tried; the last one failed unless ``state`` is up.

    ``paused``: the host had asked us to wait, so that nothing new was seen.
    """

    state: ProbeState
    detail: str
    steps: tuple[ProbeStep, ...]
    paused: bool = False

    @property
    def failed_step(self) -> StepName | None:
        """The step that failed."""
        return next((step.name for step in self.steps if not step.ok), None)


def probe(graph: Graph, site: Site, rows: ListRows) -> ProbeResult:
    """Try all steps, up to the first that fails; never raises ``ConnectorError`` (E42, E44)."""
    item_ids: list[str] = []
    actions: list[tuple[StepName, Callable[[], str | None]]] = [
        ("token", graph.sign_on),
        ("site", lambda: _nothing(site.read())),
        ("write", lambda: item_ids.append(rows.create({"Title": "probe"}).item_id)),
        ("delete", lambda: rows.delete(item_ids[0])),
    ]
    steps: list[ProbeStep] = []
    for name, action in actions:
        began_s = monotonic_s()
        try:
            note = action() or ""
        except ConnectorError as error:
            steps.append(ProbeStep(name, False, monotonic_s() - began_s, error.message))
            return _failed(name, error, tuple(steps))
        steps.append(ProbeStep(name, True, monotonic_s() - began_s, note))
    total_s = sum(step.latency_s for step in steps)
    notes = "".join(f"; {step.detail}" for step in steps if step.detail)
    return ProbeResult("up", f"SharePoint works ({total_s:.1f} s){notes}", tuple(steps))


def _failed(name: StepName, error: ConnectorError, steps: tuple[ProbeStep, ...]) -> ProbeResult:
    step = STEP_WORDS[name]
    if _is_evidence(error):
        return ProbeResult("down", f"SharePoint is down: {step} failed ({error.message})", steps)
    return ProbeResult(
        "unknown", f"Can't tell whether SharePoint works: {step} ({error.message})", steps,
        paused=isinstance(error, HostPaused),
    )  # fmt: skip


def _is_evidence(error: ConnectorError) -> bool:
    """Whether the failure is the service's own, so that it is down for us."""
    if isinstance(error, (HostPaused, TlsFailed)):
        return False
    if isinstance(error, Unreachable):
        return True
    return isinstance(error, (ServiceRefused, EntraBusy)) and error.status >= 500


def _nothing(_: object) -> None:
    return None
