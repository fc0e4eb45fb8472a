"""What the tenant holds, for a judge in another process; no token needed."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from sandbox.microsoft.state import TenantState


def judge_router(state: TenantState) -> APIRouter:
    """``/sandbox/mail``, ``files``, ``list/{name}`` to read, ``health`` to set."""
    router = APIRouter(prefix="/sandbox")

    @router.get("/mail")
    def mail() -> dict[str, Any]:
        return {"mail": [one.as_json() for one in state.mail]}

    @router.get("/files")
    def files() -> dict[str, Any]:
        return {
            "files": [
                {
                    "path": file.path,
                    "size": len(file.content),
                    "content_type": file.content_type,
                    "version": file.version,
                    "etag": file.etag,
                    "created": file.created,
                    "modified": file.modified,
                    "fields": file.fields,
                }
                for file in state.files.values()
            ]
        }

    @router.get("/files/{path:path}")
    def file(path: str) -> Response:
        found = state.files.get(path.lower())
        if found is None:
            raise HTTPException(404, f"no file {path}")
        return Response(found.content, media_type=found.content_type)

    @router.get("/list/{name}")
    def rows(name: str) -> dict[str, Any]:
        found = state.list_named(name)
        if found is None:
            raise HTTPException(404, f"no list {name}")
        return {
            "name": found.name,
            "rows": [
                {"id": row.id, "etag": row.etag, "modified": row.modified, "fields": row.fields}
                for row in found.rows.values()
            ],
        }

    @router.put("/health")
    async def health(request: Request) -> dict[str, Any]:
        body = await request.json()
        if not isinstance(body, dict) or not isinstance(body.get("status"), str):
            raise HTTPException(422, "status is needed, e.g. serviceInterruption")
        service = str(body.get("service", "SharePoint Online"))
        state.announce(body["status"], service, str(body.get("title", "")))
        return {"health": state.health}

    return router
