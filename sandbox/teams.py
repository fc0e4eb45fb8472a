"""A stand-in for Teams workflows: addresses that take a card, as Power Automate's do.

Outside it shows the cards taken at ``GET /sandbox/teams``; faults as everywhere in the sandbox.
"""

from __future__ import annotations

import json
import secrets
import threading
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from kitart.clock import real_now
from sandbox.faults import Faults, faults_router

CARD_TYPE = "application/vnd.microsoft.card.adaptive"
LARGEST_BYTES = 28 * 1024
INVOKE = "/workflows/{workflow}/triggers/manual/paths/invoke"


@dataclass(frozen=True)
class Card:
    """A card taken by the workflow of that name; ``run`` is the number of the workflow's run."""

    chat: str
    content: dict[str, Any]
    run: str
    at: datetime

    def as_json(self) -> dict[str, Any]:
        return {
            "chat": self.chat, "content": self.content, "run": self.run, "at": self.at.isoformat(),
        }  # fmt: skip


@dataclass(frozen=True)
class Workflow:
    """One chat's workflow: its number and the signature in its address."""

    chat: str
    number: str = field(default_factory=lambda: uuid4().hex)
    signature: str = field(default_factory=lambda: secrets.token_urlsafe(32))

    @property
    def path(self) -> str:
        """What comes after the host in the workflow's address."""
        query = {
            "api-version": "2016-06-01", "sp": "/triggers/manual/run", "sv": "1.0",
            "sig": self.signature,
        }  # fmt: skip
        return f"{INVOKE.format(workflow=self.number)}?{urlencode(query)}"


@dataclass
class TeamsState:
    """The workflows there are, by number, and the cards they took."""

    workflows: dict[str, Workflow] = field(default_factory=dict)
    cards: list[Card] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def open_chat(self, chat: str) -> Workflow:
        """A workflow for a chat."""
        made = Workflow(chat)
        self.workflows[made.number] = made
        return made

    def take(self, workflow: Workflow, content: dict[str, Any]) -> Card:
        """Record one card and return it."""
        card = Card(workflow.chat, content, f"08{uuid4().int}CU00", real_now())
        with self.lock:
            self.cards.append(card)
        return card


def teams_app(state: TeamsState, faults: Faults) -> FastAPI:
    """The workflows of ``state``, behind ``faults``."""
    app = FastAPI(title="Teams workflows (sandbox)")
    app.include_router(faults_router(faults))
    app.add_middleware(faults.middleware)

    @app.post(INVOKE)
    async def invoke(workflow: str, request: Request) -> Response:
        known = state.workflows.get(workflow)
        if known is None:
            return refusal(404, "WorkflowNotFound", f"The workflow '{workflow}' was not found.")
        given = request.query_params.get("sig", "")
        if not secrets.compare_digest(given.encode(), known.signature.encode()):
            return refusal(
                401, "DirectApiInvalidAuthorizationScheme",
                f"The signature of workflow '{workflow}' is not valid.",
            )  # fmt: skip
        body = await request.body()
        if len(body) > LARGEST_BYTES:
            return refusal(413, "RequestEntityTooLarge", "The request is too large.")
        content = _content(body)
        if content is None:
            return refusal(
                400, "TriggerInputSchemaMismatch", "The input body does not match the schema."
            )
        card = state.take(known, content)
        return Response(status_code=202, headers={"x-ms-workflow-run-id": card.run})

    @app.get("/sandbox/teams")
    def cards() -> list[dict[str, Any]]:
        return [card.as_json() for card in list(state.cards)]

    return app


def refusal(status: int, code: str, message: str) -> JSONResponse:
    """An error as Power Automate writes it."""
    return JSONResponse({"error": {"code": code, "message": message}}, status)


def _content(body: bytes) -> dict[str, Any] | None:
    """The one Adaptive Card in a message as the trigger wants it, else ``None``."""
    try:
        message = json.loads(body)
        (attachment,) = message["attachments"]
        content = attachment["content"]
        fits = (
            message["type"] == "message"
            and attachment["contentType"] == CARD_TYPE
            and content["type"] == "AdaptiveCard"
            and content["version"] in ("1.2", "1.3", "1.4", "1.5")
            and isinstance(content["body"], list)
        )
    except (ValueError, KeyError, TypeError):
        return None
    return dict(content) if fits else None
