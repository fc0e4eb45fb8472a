"""The site's document library, with upload sessions for large files."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from kitart.clock import real_now
from sandbox.microsoft.calls import Answer, Call, GraphError, Routes
from sandbox.microsoft.state import StoredFile, TenantState, UploadSession, moment

routes = Routes()
SMALL_BYTES = 4 * 1024 * 1024
CHUNK_UNIT_BYTES = 327_680
CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")
PATH = "/drive/root:/(?P<path>[^:]+):?"


@routes.add("GET", "/drive")
def drive(state: TenantState, call: Call, parts: Mapping[str, str]) -> Answer:
    return Answer(
        200,
        {
            "id": state.drive_id,
            "driveType": "documentLibrary",
            "name": "Documents",
            "webUrl": f"{state.site_url}/Shared%20Documents",
        },
    )


@routes.add("PUT", "/drive/root:/(?P<path>[^:]+):/content")
def put_content(state: TenantState, call: Call, parts: Mapping[str, str]) -> Answer:
    if len(call.body) > SMALL_BYTES:
        raise GraphError(413, "requestEntityTooLarge", "Use an upload session above 4 MB.")
    kind = call.headers.get("content-type", "application/octet-stream")
    behavior = call.query.get("@microsoft.graph.conflictBehavior", "replace")
    return _stored(state, parts["path"], call.body, kind, behavior)


@routes.add("GET", "/drive/root:/(?P<path>[^:]+):/content")
def get_content(state: TenantState, call: Call, parts: Mapping[str, str]) -> Answer:
    """Graph sends on to an address that carries its own permission."""
    file, key = _file(state, parts), uuid.uuid4().hex
    state.downloads[key] = file.path.lower()
    address = f"{call.headers['x-sandbox-base']}/download/{key}?tempauth={uuid.uuid4().hex}"
    return Answer(302, None, {"Location": address})


def download_call(state: TenantState, key: str, call: Call) -> Answer:
    """A call to the address of a file's content: no token, which would be refused."""
    file = state.files.get(state.downloads.get(key, ""))
    if file is None:
        raise GraphError(404, "itemNotFound", "The resource could not be found.")
    if "authorization" in call.headers:
        raise GraphError(401, "unauthenticated", "This address takes no Authorization header")
    return Answer(200, file.content, {"Content-Type": file.content_type})


@routes.add("GET", "/drive/root:/(?P<path>[^:]+):/children")
def children(state: TenantState, call: Call, parts: Mapping[str, str]) -> Answer:
    return Answer(200, {"value": _children(state, parts["path"])})


@routes.add("GET", "/drive/root/children")
def root_children(state: TenantState, call: Call, parts: Mapping[str, str]) -> Answer:
    return Answer(200, {"value": _children(state, "")})


@routes.add("POST", "/drive/root/children")
def make_folder(state: TenantState, call: Call, parts: Mapping[str, str]) -> Answer:
    body = call.json()
    name = body.get("name") if isinstance(body, dict) else None
    if not isinstance(name, str) or not name or not isinstance(body.get("folder"), dict):
        raise GraphError(400, "invalidRequest", "A folder needs a name and a folder facet")
    if state.is_folder(name) or name.lower() in state.files:
        raise GraphError(409, "nameAlreadyExists", "Name already exists")
    state.folders.add(name.lower())
    return Answer(201, _folder_json(name))


@routes.add("POST", "/drive/root:/(?P<path>[^:]+):/createUploadSession")
def create_session(state: TenantState, call: Call, parts: Mapping[str, str]) -> Answer:
    key, path = uuid.uuid4().hex, parts["path"].strip("/")
    wanted = call.json() if call.body else {}
    behavior = wanted.get("item", {}).get("@microsoft.graph.conflictBehavior", "replace")
    _check_name(state, path, behavior)
    session = UploadSession(path, real_now() + timedelta(hours=1), behavior)
    state.uploads[key] = session
    body = {
        "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#microsoft.graph.uploadSession",
        "uploadUrl": f"{call.headers['x-sandbox-base']}/upload/{key}?tempauth={uuid.uuid4().hex}",
        "expirationDateTime": moment(session.expires),
        "nextExpectedRanges": ["0-"],
    }
    return Answer(200, body)


@routes.add("GET", PATH)
def one_file(state: TenantState, call: Call, parts: Mapping[str, str]) -> Answer:
    path = parts["path"].strip("/")
    if path.lower() not in state.files and state.is_folder(path):
        return Answer(200, _folder_json(path.rpartition("/")[2]))
    return Answer(200, file_json(state, _file(state, parts)))


@routes.add("DELETE", PATH)
def delete_file(state: TenantState, call: Call, parts: Mapping[str, str]) -> Answer:
    del state.files[_file(state, parts).path.lower()]
    return Answer(204)


def upload_call(state: TenantState, key: str, call: Call) -> Answer:
    """A call to an upload session's own address: no token, which would be refused."""
    session = state.uploads.get(key)
    if session is None:
        raise GraphError(404, "itemNotFound", "The upload session was not found")
    if "authorization" in call.headers:
        raise GraphError(401, "unauthenticated", "An upload address takes no Authorization header")
    if call.method == "GET":
        return Answer(200, _session_state(session))
    if call.method == "DELETE":
        del state.uploads[key]
        return Answer(204)
    _take(session, call)
    if len(session.content) < (session.total or 0):
        return Answer(202, _session_state(session))
    del state.uploads[key]
    content = bytes(session.content)
    return _stored(state, session.path, content, "application/octet-stream", session.behavior)


def _take(session: UploadSession, call: Call) -> None:
    match = CONTENT_RANGE.fullmatch(call.headers.get("content-range", ""))
    if match is None:
        raise GraphError(400, "invalidRequest", "Content-Range is missing or wrong")
    first, last, total = (int(number) for number in match.groups())
    if len(call.body) != last - first + 1 or last >= total:
        raise GraphError(400, "invalidRequest", "Content-Range does not fit the body")
    if first != len(session.content):
        # Received already, or not in order.
        raise GraphError(416, "invalidRange", "Optimistic concurrency failure: wrong range")
    if last + 1 < total and len(call.body) % CHUNK_UNIT_BYTES:
        raise GraphError(400, "invalidRequest", "A piece must be a multiple of 327,680 bytes")
    session.total = total
    session.content += call.body


def _session_state(session: UploadSession) -> dict[str, Any]:
    end = "" if session.total is None else str(session.total - 1)
    return {
        "expirationDateTime": moment(session.expires),
        "nextExpectedRanges": [f"{len(session.content)}-{end}"],
    }


def _check_name(state: TenantState, path: str, behavior: str) -> None:
    """Refuse a name that is taken, where the caller wants no file written over."""
    taken = path.strip("/").lower() in state.files or state.is_folder(path)
    if behavior == "fail" and taken:
        raise GraphError(409, "nameAlreadyExists", "An item with the same name already exists.")


def _stored(
    state: TenantState, path: str, content: bytes, kind: str, behavior: str = "replace"
) -> Answer:
    _check_name(state, path, behavior)
    file, new = state.store(path.strip("/"), content, kind)
    return Answer(201 if new else 200, file_json(state, file))


def _file(state: TenantState, parts: Mapping[str, str]) -> StoredFile:
    file = state.files.get(parts["path"].strip("/").lower())
    if file is None:
        raise GraphError(404, "itemNotFound", "The resource could not be found.")
    return file


def _children(state: TenantState, folder: str) -> list[dict[str, Any]]:
    prefix = f"{folder.strip('/')}/" if folder.strip("/") else ""
    found: dict[str, dict[str, Any]] = {}
    for file in state.files.values():
        if not file.path.lower().startswith(prefix.lower()):
            continue
        name, _, below = file.path[len(prefix) :].partition("/")
        if below:
            found[name.lower()] = _folder_json(name, prefix)
        else:
            found[name.lower()] = file_json(state, file)
    return list(found.values())


def _folder_json(name: str, prefix: str = "") -> dict[str, Any]:
    return {"id": f"folder-{prefix}{name}", "name": name, "folder": {}}


def file_json(state: TenantState, file: StoredFile) -> dict[str, Any]:
    """A file as Graph's driveItem."""
    folder, _, name = file.path.rpartition("/")
    parent = f"/drives/{state.drive_id}/root:" + (f"/{folder}" if folder else "")
    return {
        "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#driveItem",
        "id": file.id,
        "name": name,
        "size": len(file.content),
        "eTag": file.etag,
        "cTag": f'"c:{{{file.guid}}},{file.version}"',
        "createdDateTime": moment(file.created),
        "lastModifiedDateTime": moment(file.modified),
        "webUrl": f"{state.site_url}/Shared%20Documents/{quote(file.path)}",
        "file": {"mimeType": file.content_type},
        "parentReference": {"driveId": state.drive_id, "path": parent},
    }
