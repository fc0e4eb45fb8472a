"""The stylesheets and the script of the pages for who is signed in: our own, from here alone."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from kitart.gateway.house import house, version_of

router = APIRouter(include_in_schema=False)
KINDS = {
    "kitart.css": "text/css; charset=utf-8",
    "signed.css": "text/css; charset=utf-8",
    "live.js": "text/javascript; charset=utf-8",
}
FOR_A_YEAR = "public, max-age=31536000, immutable"


@router.get("/assets/{version}/{name}")
def asset(version: str, name: str, request: Request) -> Response:
    """One of these files; kept by the browser, for a change of it changes its address."""
    folder = house(request).inst.settings.templates_dir / "pages"
    if name not in KINDS:
        return Response(status_code=404)
    current = version == version_of(folder / name)
    headers = {"Cache-Control": FOR_A_YEAR if current else "no-cache"}
    return Response((folder / name).read_bytes(), media_type=KINDS[name], headers=headers)
