"""Questions shown as forms in the Prefect UI: the second half of the only Prefect client.

A question is a flow run without a process: it is made Paused, with the form's schema beside it,
and its own page in the UI offers "Resume" (DESIGN, decision 1). Whoever fills the form in makes it
Running with a response stored; Prefect says so in an event. The answer itself lives in the
journal, so a form may be put up, changed and taken down at any time.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID, uuid4
from zlib import crc32

from kitart.clock import real_now
from kitart.orchestrator import OrchestratorError, asking, prefect_is_set

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.objects import FlowRun, State

log = logging.getLogger(__name__)

FLOW = "question"
RESUMED = "prefect.flow-run.Running"
STANDS_FOR_S = 10 * 365 * 24 * 3600
"""A pause that times out fails its run: far beyond any deadline of ours, on real time."""
MOST_INPUTS, MOST_FORMS, PAGE = 1000, 1000, 200
MOST_TIMES_AGAIN = 50
LISTEN_AGAIN_AFTER_S = 2.0
STOP_SEEN_WITHIN_S = 0.25
# Prefect's own list closes again at once when its middle is clicked.
HOW_TO_CHOOSE = "Open the list with the small arrows at its right end."


@dataclass(frozen=True)
class Sheet:
    """What the form of one question shows."""

    question: str
    incident: str
    version: int
    name: str
    state: str
    description: str
    answers: tuple[str, ...]
    people: tuple[str, ...]
    words: str
    about_words: str
    words_needed: bool
    about_code: str
    code_needed: bool
    parent: str | None = None

    @property
    def mark(self) -> str:
        """Tells whether a form that stands shows just this."""
        shown = (self.state, self.description, self.answers, self.people, self.version)
        return f"{crc32(repr(shown).encode()):08x}"

    def schema(self) -> dict[str, Any]:
        """The form's fields, as the UI and Prefect's server understand them."""
        return {
            "title": "Answer",
            "type": "object",
            "properties": {
                "answer": {"title": "Answer", "type": "string", "enum": list(self.answers),
                           "description": HOW_TO_CHOOSE, "position": 0},
                "words": {"title": self.words, "description": self.about_words, "type": "string",
                          "position": 1},
                "person": {"title": "Whose answer is it?", "type": "string",
                           "enum": list(self.people), "description": HOW_TO_CHOOSE,
                           "position": 2},
                "code": {"title": "The code in that person's message", "type": "string",
                         "description": self.about_code, "position": 3},
            },
            "required": [
                "answer", "person", *(["words"] if self.words_needed else []),
                *(["code"] if self.code_needed else []),
            ],
        }  # fmt: skip


@dataclass(frozen=True)
class Standing:
    """A form that has not ended; ``waits`` while nobody has answered it.

    ``whole`` unless its making was broken off before anybody could answer it.
    """

    run: str
    question: str
    version: int
    mark: str
    waits: bool
    whole: bool = True


@dataclass(frozen=True)
class Given:
    """What somebody filled in; each field as it was sent, whatever that is."""

    run: str
    key: str
    answer: str
    words: str
    person: str
    code: str = ""


class FormBoard(Protocol):
    """Where forms hang. Each call raises ``OrchestratorError`` when it can't be done now."""

    def standing(self) -> list[Standing]:
        """All forms that have not ended."""

    def put_up(self, sheet: Sheet) -> Standing:
        """Show a question; asked twice for one question, one form stands."""

    def change(self, run: str, sheet: Sheet, problem: str = "") -> Standing:
        """Show the form anew, with why the last answer was not taken."""

    def answers(self, run: str) -> list[Given]:
        """What was filled in and not put away yet, oldest first."""

    def put_away(self, given: Given) -> None:
        """Forget an answer that is in the journal."""

    def take_down(self, run: str, message: str) -> None:
        """End a form, saying what became of its question."""

    def listen(self, heard: Callable[[str], None], stop: threading.Event) -> None:
        """Call ``heard`` with each run that began to run, with "" when some may have been missed,
        until ``stop``; raises nothing."""


class PrefectForms:
    """Forms on a Prefect server, found again by their flow's name and their parameters."""

    def standing(self) -> list[Standing]:
        """All forms that have not ended, also those of another gateway or an earlier one."""
        with asking("what forms stand") as client:
            return [_standing(run) for run in _unended(client) if "question" in run.parameters]

    def put_up(self, sheet: Sheet) -> Standing:
        """Make the run, its inputs, and pause it.

        The idempotency key makes it one run, however many gateways ask. One that was cancelled
        or ended while the question still waits is followed by another.
        """
        with asking(f"to show {sheet.question}") as client:
            flow = client.create_flow_from_name(FLOW)
            for again in range(1, MOST_TIMES_AGAIN + 1):
                # A run that was cancelled cancels what is nested in it: the next form stands free.
                parent = _nest(client, sheet) if again == 1 else None
                run = _make_run(client, sheet, flow, again, parent)
                if run.state is None or run.state.is_pending():
                    return _pause(client, str(run.id), sheet)
                if run.state.is_paused() or run.state.is_running():
                    return _standing(run)
        raise OrchestratorError(
            f"{sheet.question} was shown in Prefect {MOST_TIMES_AGAIN} times and ended there each "
            "time; it is shown no more, the links in the messages work"
        )

    def change(self, run: str, sheet: Sheet, problem: str = "") -> Standing:
        """Pause it again with a key of its own: each keeps one answer."""
        with asking(f"to show {sheet.question} anew") as client:
            return _pause(client, run, sheet, problem)

    def answers(self, run: str) -> list[Given]:
        """Every response that is stored with the run."""
        with asking("for answers") as client:
            inputs = client.filter_flow_run_input(UUID(run), "paused-", MOST_INPUTS, set())
        return [
            _given(run, one.key, one.value)
            for one in sorted(inputs, key=lambda one: str(one.created))
            if one.key.endswith("-response")
        ]

    def put_away(self, given: Given) -> None:
        """Delete the response; another gateway may have done it."""
        import httpx

        with asking("to put an answer away") as client:
            try:
                client.delete_flow_run_input(UUID(given.run), given.key)
            except httpx.HTTPStatusError as error:
                if error.response.status_code != httpx.codes.NOT_FOUND:
                    raise

    def take_down(self, run: str, message: str) -> None:
        """Complete the run; it may have been deleted or ended before."""
        from prefect.exceptions import ObjectNotFound
        from prefect.states import Completed

        with asking("to end a form") as client, contextlib.suppress(ObjectNotFound):
            client.set_flow_run_state(UUID(run), Completed(message=message), force=True)
            _log(client, run, logging.INFO, message)

    def listen(self, heard: Callable[[str], None], stop: threading.Event) -> None:
        """Hear Prefect's events, and come back to it whenever it was away."""
        while prefect_is_set() and not stop.is_set():
            try:
                asyncio.run(_hear(heard, stop))
            except Exception as error:
                # A Prefect that is away is looked for again; forms are also swept meanwhile.
                log.debug("Prefect's events can't be heard: %s", error)
            stop.wait(LISTEN_AGAIN_AFTER_S)


def _unended(client: SyncPrefectClient) -> Iterator[FlowRun]:
    from prefect.client.schemas.filters import FlowFilter, FlowRunFilter
    from prefect.client.schemas.objects import StateType

    stand = [StateType.PENDING, StateType.PAUSED, StateType.RUNNING]
    for offset in range(0, MOST_FORMS, PAGE):
        runs = client.read_flow_runs(
            flow_filter=FlowFilter.model_validate({"name": {"any_": [FLOW]}}),
            flow_run_filter=FlowRunFilter.model_validate({"state": {"type": {"any_": stand}}}),
            limit=PAGE,
            offset=offset,
        )
        yield from runs
        if len(runs) < PAGE:
            return


def _nest(client: SyncPrefectClient, sheet: Sheet) -> str | None:
    """A place under the incident's run, so that the UI shows the form there; none if it is gone."""
    import httpx

    try:
        UUID(sheet.parent or "")
    except ValueError:
        return None
    try:
        answer = client.request("POST", "/task_runs/", json={
            "flow_run_id": sheet.parent, "task_key": FLOW, "dynamic_key": sheet.question,
            "name": sheet.name, "state": {"type": "PENDING"},
        })  # fmt: skip
    except httpx.HTTPStatusError as error:
        if error.response.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            raise
        return None  # Prefect's database is another one now, or the run was deleted
    return str(answer.json()["id"])


def _make_run(
    client: SyncPrefectClient, sheet: Sheet, flow: UUID, again: int, parent: str | None
) -> FlowRun:
    from prefect.client.schemas.objects import FlowRun

    answer = client.request("POST", "/flow_runs/", json={
        "flow_id": str(flow),
        "name": sheet.name,
        "parameters": {"question": sheet.question, "version": sheet.version},
        "idempotency_key": f"{sheet.question}:{again}",
        "tags": [FLOW, sheet.incident],
        "parent_task_run_id": parent,
        "state": {"type": "PENDING"},
    })  # fmt: skip
    return FlowRun.model_validate(answer.json())


def _pause(client: SyncPrefectClient, run: str, sheet: Sheet, problem: str = "") -> Standing:
    """Store the form, then pause the run with it in one step.

    Forced: a form may be exchanged while it waits, which Prefect's own rules don't foresee.
    """
    from prefect.input.run_input import keyset_from_base_key
    from prefect.states import Paused

    key = f"{sheet.mark}-{uuid4().hex[:12]}"  # keys take lower case, digits and dashes
    keys = keyset_from_base_key(f"paused-{key}")
    description = f"**{problem}**\n\n{sheet.description}" if problem else sheet.description
    client.create_flow_run_input(UUID(run), keys["schema"], json.dumps(sheet.schema()))
    client.create_flow_run_input(UUID(run), keys["description"], json.dumps(description))
    state: State[Any] = Paused(
        timeout_seconds=STANDS_FOR_S,
        pause_key=key,
        message=f"{problem} {sheet.state}" if problem else sheet.state,
    )
    state.state_details.run_input_keyset = {str(name): key for name, key in keys.items()}
    client.set_flow_run_state(UUID(run), state, force=True)
    _log(
        client,
        run,
        logging.WARNING if problem else logging.INFO,
        f"{problem} Press Resume to answer again." if problem else sheet.state,
    )
    return Standing(run, sheet.question, sheet.version, sheet.mark, waits=True)


def _log(client: SyncPrefectClient, run: str, level: int, message: str) -> None:
    """Say it in the run's log too: that is what its page shows first."""
    from prefect.client.schemas.actions import LogCreate

    line = LogCreate(
        name="kitart", level=level, message=message, timestamp=real_now(), flow_run_id=UUID(run)
    )
    with contextlib.suppress(Exception):  # a line less; the run's state says the same
        client.create_logs([line])


def _standing(run: FlowRun) -> Standing:
    state = run.state
    key = state.state_details.pause_key if state is not None else None
    return Standing(
        run=str(run.id),
        question=str(run.parameters["question"]),
        version=int(run.parameters.get("version", 0)),
        mark=(key or "").partition("-")[0],
        waits=state is not None and state.is_paused(),
        whole=state is not None and not state.is_pending(),
    )


def _given(run: str, key: str, value: str) -> Given:
    try:
        fields = json.loads(value)
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        fields = {}
    answer, words, person, code = (
        field if isinstance(field := fields.get(name), str) else ""
        for name in ("answer", "words", "person", "code")
    )
    return Given(run, key, answer, words, person, code)


async def _hear(heard: Callable[[str], None], stop: threading.Event) -> None:
    """Hear events until the connection ends or ``stop`` is set."""
    listening = asyncio.create_task(_listen(heard))
    while not stop.is_set():
        if (await asyncio.wait({listening}, timeout=STOP_SEEN_WITHIN_S))[0]:
            await listening
            return
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)


async def _listen(heard: Callable[[str], None]) -> None:
    from prefect.events.clients import get_events_subscriber
    from prefect.events.filters import EventFilter, EventNameFilter

    wanted = EventFilter.model_validate({"event": EventNameFilter(name=[RESUMED])})
    async with get_events_subscriber(filter=wanted, reconnection_attempts=0) as events:
        heard("")
        async for event in events:
            heard(event.resource.id.removeprefix("prefect.flow-run."))
