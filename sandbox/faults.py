"""Fault switches for any sandbox application: which path fails, and how.

A rule is a pattern and a kind. The pattern is a path with ``*`` and ``?``, without regard to
case, with a method before it if only that one is meant: ``"POST /v1.0/sites/*"``. Of several
that fit, the newest counts. ``times=n`` ends a rule after n uses, ``skip=n`` lets n calls pass,
``every=n`` takes each n-th only.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from fastapi import APIRouter, HTTPException, Request

KINDS = {
    "throttle": "429; retry_after=seconds or HTTP date, none without",
    "unavailable": "503; retry_after as above",
    "html_unavailable": "503 with a web page; retry_after as above",
    "status": "status=500, body=JSON or text, headers={}",
    "writes_fail": "503 for POST, PUT, PATCH and DELETE, reading goes on; status=503",
    "reset": "the connection breaks before the answer, nothing is done; seconds=0 until then",
    "lost_answer": "the work is done, then the connection breaks",
    "truncate": "half of the body, then the connection breaks",
    "slow_body": "the body comes in pieces; pause_s=0.2, piece_bytes=1",
    "delay": "the answer comes late; seconds=1",
    "late_answer": "the work is done at once, the answer comes late; seconds=1",
    "web_page": "200 with a web page where JSON was asked for",
    "health_says": "the announced health, whatever is true; status=serviceOperational",
}
WRITES = {"POST", "PUT", "PATCH", "DELETE"}


@dataclass
class Rule:
    """A fault for some paths; ``used`` counts how often it struck."""

    pattern: str
    kind: str
    options: dict[str, Any] = field(default_factory=dict)
    used: int = 0
    skipped: int = 0
    met: int = 0

    def fits(self, method: str, path: str) -> bool:
        wanted_method, _, wanted_path = self.pattern.rpartition(" ")
        if wanted_method and wanted_method.upper() != method.upper():
            return False
        if self.kind == "writes_fail" and method.upper() not in WRITES:
            return False
        return fnmatchcase(path.lower(), wanted_path.lower())

    def strikes(self) -> bool:
        """Count a fitting call; whether the rule takes it."""
        if self.skipped < self.options.get("skip", 0):
            self.skipped += 1
            return False
        self.met += 1
        if self.met % self.options.get("every", 1):
            return False
        if self.used >= self.options.get("times", float("inf")):
            return False
        self.used += 1
        return True

    def as_json(self) -> dict[str, Any]:
        return {"pattern": self.pattern, "kind": self.kind, **self.options, "used": self.used}


class Faults:
    """The switches of one application; safe to set from another thread."""

    def __init__(self) -> None:
        self._rules: list[Rule] = []
        self._lock = threading.Lock()

    def set(self, pattern: str, kind: str, **options: Any) -> Rule:
        """Add a rule, in place of one of the same pattern and kind; ``ValueError`` if unknown."""
        if kind not in KINDS:
            raise ValueError(f"fault kind is {kind!r}: one of {', '.join(sorted(KINDS))}")
        rule = Rule(pattern, kind, options)
        with self._lock:
            self._rules = [r for r in self._rules if (r.pattern, r.kind) != (pattern, kind)]
            self._rules.append(rule)
        return rule

    def clear(self) -> None:
        """All is well again."""
        with self._lock:
            self._rules = []

    def rules(self) -> list[Rule]:
        """The rules in force, oldest first."""
        with self._lock:
            return list(self._rules)

    def strike(self, method: str, path: str) -> Rule | None:
        """The fault that this call meets, counted."""
        with self._lock:
            for rule in reversed(self._rules):
                if rule.kind == "health_says" or not rule.fits(method, path):
                    continue
                if rule.strikes():
                    return rule
        return None

    def announced(self, path: str) -> str | None:
        """The health word that a ``health_says`` rule puts in place of the true one."""
        for rule in reversed(self.rules()):
            if rule.kind == "health_says" and rule.fits("GET", path):
                return str(rule.options.get("status", "serviceOperational"))
        return None

    def middleware(self, app: Any) -> Any:
        """``app`` behind the switches; ``/sandbox/…`` itself is never disturbed."""

        async def guarded(scope: Any, receive: Any, send: Any) -> None:
            rule = None
            if scope["type"] == "http" and not scope["path"].startswith("/sandbox/"):
                rule = self.strike(scope["method"], scope["path"])
            if rule is None:
                await app(scope, receive, send)
            else:
                await _Strike(app, rule, scope, receive, send).run()

        return guarded


class _Strike:
    """One call that meets one fault."""

    def __init__(self, app: Any, rule: Rule, scope: Any, receive: Any, send: Any) -> None:
        self._app, self._rule = app, rule
        self._scope, self._receive, self._send = scope, receive, send

    async def run(self) -> None:
        options = self._rule.options
        match self._rule.kind:
            case "throttle":
                await self._refuse(429, "TooManyRequests", "Please retry again later.")
            case "unavailable" | "writes_fail":
                status = int(options.get("status", 503))
                await self._refuse(status, "serviceNotAvailable", "Service unavailable.")
            case "html_unavailable":
                await self._answer(503, "<html><h1>Service Unavailable</h1></html>")
            case "web_page":
                await self._answer(200, "<html><h1>Sign in to this network</h1></html>")
            case "status":
                status = int(options.get("status", 500))
                body = options.get("body", _error_body("generalException", f"Fault {status}"))
                await self._answer(status, body)
            case "reset":
                await self._read_all()
                await asyncio.sleep(float(options.get("seconds", 0)))
                await self._break()
            case "lost_answer":
                await self._buffered()
                await self._break()
            case "late_answer":
                start, body = await self._buffered()
                await asyncio.sleep(float(options.get("seconds", 1)))
                await self._send(start)
                await self._send({"type": "http.response.body", "body": body})
            case "truncate":
                await self._truncated()
            case "slow_body":
                await self._dripped()
            case "delay":
                await asyncio.sleep(float(options.get("seconds", 1)))
                await self._app(self._scope, self._receive, self._send)

    async def _refuse(self, status: int, code: str, message: str) -> None:
        await self._answer(status, _error_body(code, message))

    async def _answer(self, status: int, body: Any) -> None:
        await self._read_all()
        is_page = isinstance(body, str)
        content = body.encode() if is_page else json.dumps(body).encode()
        headers = [(b"content-type", b"text/html" if is_page else b"application/json")]
        headers.append((b"content-length", str(len(content)).encode()))
        if (retry_after := self._rule.options.get("retry_after")) is not None:
            headers.append((b"retry-after", str(retry_after).encode()))
        for name, value in self._rule.options.get("headers", {}).items():
            headers.append((str(name).lower().encode(), str(value).encode()))
        await self._send({"type": "http.response.start", "status": status, "headers": headers})
        await self._send({"type": "http.response.body", "body": content})

    async def _read_all(self) -> None:
        """Take the request's body, so that a reset is ours and not the buffer's."""
        while (await self._receive()).get("more_body"):
            pass

    async def _buffered(self) -> tuple[dict[str, Any], bytes]:
        """What the application would answer: its start message and its body."""
        start: dict[str, Any] = {}
        body = bytearray()

        async def keep(message: Any) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                body.extend(message.get("body", b""))

        await self._app(self._scope, self._receive, keep)
        return start, bytes(body)

    async def _truncated(self) -> None:
        start, body = await self._buffered()
        await self._send(start)
        half = body[: len(body) // 2]
        await self._send({"type": "http.response.body", "body": half, "more_body": True})
        await asyncio.sleep(0.05)
        await self._break()

    async def _dripped(self) -> None:
        start, body = await self._buffered()
        await self._send(start)
        size = int(self._rule.options.get("piece_bytes", 1))
        for at in range(0, len(body), size):
            piece = body[at : at + size]
            await self._send({"type": "http.response.body", "body": piece, "more_body": True})
            await asyncio.sleep(float(self._rule.options.get("pause_s", 0.2)))
        await self._send({"type": "http.response.body", "body": b""})

    async def _break(self) -> None:
        reset: Callable[[], None] | None = self._scope.get("extensions", {}).get("sandbox.reset")
        if reset is None:
            raise ConnectionResetError("this server can't reset: run it by SandboxServer")
        reset()
        await asyncio.sleep(0.01)  # until the server knows that nobody waits for an answer


def _error_body(code: str, message: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "innerError": {}}}


def faults_router(faults: Faults) -> APIRouter:
    """``GET``, ``PUT`` and ``DELETE /sandbox/faults``, for a judge in another process.

    ``PUT`` takes one rule ``{"pattern", "kind", …options}``, which is added, or
    ``{"rules": [rule, …]}``, which stand in place of all.
    """
    router = APIRouter(prefix="/sandbox/faults")

    @router.get("")
    def read() -> dict[str, Any]:
        return {"rules": [rule.as_json() for rule in faults.rules()], "kinds": KINDS}

    @router.put("")
    async def put(request: Request) -> dict[str, Any]:
        body = await request.json()
        try:
            if "rules" in body:
                faults.clear()
            for rule in body.get("rules", [body]):
                faults.set(**rule)
        except (TypeError, ValueError) as error:
            raise HTTPException(422, f"pattern and kind are needed: {error}") from error
        return read()

    @router.delete("")
    def delete() -> dict[str, Any]:
        faults.clear()
        return read()

    return router
