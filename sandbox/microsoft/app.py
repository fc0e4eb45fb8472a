"""The stand-in tenant as one web application."""

from __future__ import annotations

import uuid

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from sandbox.faults import Faults, faults_router
from sandbox.microsoft.calls import Answer, Call, GraphError, with_dollars
from sandbox.microsoft.drive import download_call, upload_call
from sandbox.microsoft.entra import entra_router
from sandbox.microsoft.graph import answer_call, clean_path
from sandbox.microsoft.judge import judge_router
from sandbox.microsoft.state import TenantState

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def tenant_app(state: TenantState, faults: Faults) -> FastAPI:
    """Entra, Graph, the upload addresses and the judge's window, behind the fault switches."""
    app = FastAPI(title="Stand-in Microsoft tenant", docs_url=None, redoc_url=None)
    app.include_router(judge_router(state))
    app.include_router(faults_router(faults))

    @app.api_route("/upload/{key}", methods=["GET", "PUT", "DELETE"])
    async def upload(key: str, request: Request) -> Response:
        call = await _call(request, f"/upload/{key}", faults)
        try:
            return _response(upload_call(state, key, call))
        except GraphError as error:
            return _response(error.answer())

    @app.get("/download/{key}")
    async def download(key: str, request: Request) -> Response:
        call = await _call(request, f"/download/{key}", faults)
        try:
            return _response(download_call(state, key, call))
        except GraphError as error:
            return _response(error.answer())

    @app.api_route("/v1.0/{path:path}", methods=METHODS)
    async def graph(path: str, request: Request) -> Response:
        call = await _call(request, clean_path(f"/{path}"), faults)
        return _response(answer_call(state, call))

    app.include_router(entra_router(state))
    app.add_middleware(faults.middleware)
    return app


async def _call(request: Request, path: str, faults: Faults) -> Call:
    headers = {name.lower(): value for name, value in request.headers.items()}
    headers["x-sandbox-base"] = str(request.base_url).rstrip("/")
    return Call(
        request.method,
        path,
        with_dollars(dict(request.query_params)),
        headers,
        await request.body(),
        faults.announced(request.url.path),
    )


def _response(answer: Answer) -> Response:
    headers = {"request-id": str(uuid.uuid4()), **answer.headers}
    if answer.body is None:
        return Response(status_code=answer.status, headers=headers)
    if isinstance(answer.body, bytes):
        return Response(answer.body, answer.status, headers)
    return JSONResponse(answer.body, answer.status, headers)
