"""The gateway: where alerts, links and the phone system come in."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError, TimeoutError

from kitart import __version__
from kitart.gateway import (
    assets,
    board_page,
    calls_by_hand,
    incident_page,
    ivr,
    links,
    outage,
    paper,
    record_page,
    reporting,
    signing_in,
    twilio,
    webhooks,
)
from kitart.gateway.forms import Forms
from kitart.gateway.house import House, Plans, pages
from kitart.gateway.live import Live
from kitart.gateway.rehearsal import rehearse
from kitart.gateway.watchman import Watchman
from kitart.installation import Installation
from kitart.journal import upgrading
from kitart.messaging.links import check_key
from kitart.orchestrator import Orchestrator
from kitart.prefect_forms import FormBoard

log = logging.getLogger(__name__)

SAFE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "form-action 'self'; frame-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


def create_app(
    inst: Installation, orchestrator: Orchestrator, board: FormBoard | None = None
) -> FastAPI:
    """The gateway's application for an installation; with ``board``, questions are forms there.

    Starting it raises ``JournalError`` when the journal is not of this version, ``PlanError``
    when the plan has errors, and ``ValueError`` while no key is set to sign links with.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        check_key(inst.settings)
        upgrading.check(inst.journal)
        rehearse(inst, place.plans.current())
        place.watchman.start()
        app.state.modes.start()
        if forms is not None:
            forms.start()
        yield
        place.live.end()
        if forms is not None:
            forms.stop()
        app.state.modes.stop()
        place.watchman.stop()

    app = FastAPI(title="Kitart gateway", version=__version__, lifespan=lifespan,
                  docs_url=None, redoc_url=None)  # fmt: skip
    place = House(
        inst,
        Plans(inst),
        Watchman(inst, orchestrator),
        pages(inst.settings.templates_dir),
        Live(inst),
    )
    forms = None if board is None else Forms(place, board)
    app.state.house = place
    app.state.live = place.live
    app.state.modes = ivr.Modes(inst, place.plans)
    app.include_router(webhooks.router)
    app.include_router(links.router)
    app.include_router(signing_in.router)
    app.include_router(assets.router)
    app.include_router(board_page.router)
    app.include_router(incident_page.router)
    app.include_router(record_page.router)
    app.include_router(outage.router)
    app.include_router(reporting.router)
    app.include_router(calls_by_hand.router)
    app.include_router(paper.router)
    app.include_router(ivr.router)
    app.include_router(twilio.router)
    app.middleware("http")(_safe)
    app.exception_handler(DBAPIError)(_journal_away)
    app.exception_handler(TimeoutError)(_journal_away)

    @app.get("/healthz")
    def alive() -> dict[str, str]:
        """The process answers."""
        return {"status": "ok", "version": __version__}

    @app.get("/readyz")
    def ready() -> JSONResponse:
        """The journal answers too: posts can be accepted."""
        try:
            upgrading.check(inst.journal)
        except Exception as error:
            return JSONResponse({"status": "not ready", "why": str(error)}, status_code=503)
        return JSONResponse({"status": "ready"})

    return app


async def _safe(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    response = await call_next(request)
    for name, value in SAFE_HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def _route(request: Request) -> str:
    """The route without its values: a link's token is a key and belongs in no log."""
    return str(getattr(request.scope.get("route"), "path", "?"))


async def _journal_away(request: Request, error: Exception) -> Response:
    """The journal can't be used: the sender must send again, nothing was accepted."""
    log.error("%s %s: the journal can't be used", request.method, _route(request), exc_info=error)
    return JSONResponse(
        {"error": "the journal can't be written now; nothing was accepted, send it again"},
        status_code=503,
        headers={"Retry-After": "5"},
    )
