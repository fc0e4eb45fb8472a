"""What a Graph call is made of, and how it finds who answers it."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kitart.clock import real_now
from sandbox.microsoft.state import TenantState, moment

QUERY_OPTIONS = frozenset(
    {"count", "expand", "filter", "orderby", "search", "select", "skip", "skiptoken", "top"}
)


@dataclass(frozen=True)
class Call:
    """One call; ``path`` is decoded and begins after the version."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    announced: str | None = None

    def json(self) -> Any:
        try:
            return json.loads(self.body)
        except ValueError:
            raise GraphError(400, "BadRequest", "Unable to read JSON request payload.") from None


@dataclass(frozen=True)
class Answer:
    """``body`` is JSON, bytes for a file, or None for an empty answer."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


class GraphError(Exception):
    """An error as Graph says it."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message

    def answer(self, client_request_id: str = "") -> Answer:
        request_id = str(uuid.uuid4())
        inner = {
            "date": moment(real_now())[:-1],
            "request-id": request_id,
            "client-request-id": client_request_id or request_id,
        }
        body = {"error": {"code": self.code, "message": self.message, "innerError": inner}}
        return Answer(self.status, body)


Handler = Callable[[TenantState, Call, Mapping[str, str]], Answer]


class Routes:
    """Handlers by method and path; paths without regard to case, as Graph has it."""

    def __init__(self) -> None:
        self._routes: list[tuple[str, re.Pattern[str], Handler]] = []

    def add(self, method: str, pattern: str) -> Callable[[Handler], Handler]:
        """Register a handler for a whole path by regular expression with named groups."""

        def keep(handler: Handler) -> Handler:
            self._routes.append((method, re.compile(pattern, re.IGNORECASE), handler))
            return handler

        return keep

    def answer(self, state: TenantState, call: Call) -> Answer | None:
        """The answer, or None when no path fits; 405 when only the method does not."""
        known_path = False
        for method, pattern, handler in self._routes:
            if match := pattern.fullmatch(call.path):
                known_path = True
                if method == call.method:
                    return handler(state, call, match.groupdict())
        if known_path:
            raise GraphError(405, "Request_BadRequest", "Specified HTTP method is not allowed.")
        return None


def with_dollars(query: Mapping[str, str]) -> dict[str, str]:
    """Query options by their full names: v1.0 takes ``expand`` for ``$expand`` too."""
    return {f"${name}" if name in QUERY_OPTIONS else name: query[name] for name in query}


def first_small(value: Any) -> Any:
    """``value`` with all names as Graph writes them: clients may send ``Message``."""
    if isinstance(value, dict):
        return {key[:1].lower() + key[1:]: first_small(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [first_small(inner) for inner in value]
    return value
