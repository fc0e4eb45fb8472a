"""Sites, their lists and the lists' rows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from kitart.clock import real_now
from sandbox.microsoft.calls import Answer, Call, GraphError, Routes
from sandbox.microsoft.state import Row, SharePointList, TenantState, moment

routes = Routes()
CONTEXT = "https://graph.microsoft.com/v1.0/$metadata#"
BY_ADDRESS = re.compile(r"/sites/([^/:]+):/([^:]+?)(?::(/.*)?)?", re.IGNORECASE)
BY_ID = re.compile(r"/sites/([^/:]+)(/.*)?", re.IGNORECASE)
FILTER = re.compile(r"fields/(\w+) eq '((?:[^']|'')*)'")
NOT_INDEXED_TOO = "HonorNonIndexedQueriesWarningMayFailRandomly"
CHOSEN_FIELDS = re.compile(r"fields\(\$?select=([^)]*)\)")
COLUMN = re.compile(r"[A-Za-z_]\w*")


def below_site(state: TenantState, path: str) -> str | None:
    """The rest of a path below our site ("" for itself), None for a path without a site."""
    if match := BY_ADDRESS.fullmatch(path):
        host, site_path, rest = match.groups()
        ours = (host.lower(), site_path.strip("/").lower()) == (
            state.site_host.lower(),
            state.site_path.lower(),
        )
    elif match := BY_ID.fullmatch(path):
        reference, rest = match.groups()
        ours = reference.lower() == state.site_id.lower()
    else:
        return None
    if not ours:
        raise GraphError(404, "itemNotFound", "Requested site could not be found")
    return (rest or "").rstrip("/")


@routes.add("GET", "")
def site(state: TenantState, call: Call, parts: Mapping[str, str]) -> Answer:
    now = moment(real_now())
    name = state.site_path.rpartition("/")[2]
    return Answer(
        200,
        {
            "@odata.context": f"{CONTEXT}sites/$entity",
            "id": state.site_id,
            "createdDateTime": now,
            "lastModifiedDateTime": now,
            "name": name,
            "displayName": name.capitalize(),
            "webUrl": state.site_url,
            "root": {},
            "siteCollection": {"hostname": state.site_host},
        },
    )


@routes.add("GET", "/lists")
def lists(state: TenantState, call: Call, parts: Mapping[str, str]) -> Answer:
    found = [_list_json(state, one) for one in state.lists.values()]
    return Answer(200, {"@odata.context": f"{CONTEXT}lists", "value": found})


@routes.add("GET", "/lists/(?P<list>[^/]+)")
def one_list(state: TenantState, call: Call, parts: Mapping[str, str]) -> Answer:
    found = _list_json(state, _list(state, parts))
    return Answer(200, {"@odata.context": f"{CONTEXT}lists/$entity", **found})


@routes.add("GET", "/lists/(?P<list>[^/]+)/columns")
def columns(state: TenantState, call: Call, parts: Mapping[str, str]) -> Answer:
    found = [_column_json(name) for name in _list(state, parts).column_names()]
    return Answer(200, {"@odata.context": f"{CONTEXT}columns", "value": found})


@routes.add("GET", "/lists/(?P<list>[^/]+)/items")
def items(state: TenantState, call: Call, parts: Mapping[str, str]) -> Answer:
    found = _list(state, parts)
    rows = _filtered(call, list(found.rows.values()))
    top = int(call.query.get("$top", "200"))
    skip = int(call.query.get("$skiptoken", "0"))
    shown = [_row_json(state, found, row, call) for row in rows[skip : skip + top]]
    body: dict[str, Any] = {"@odata.context": f"{CONTEXT}items", "value": shown}
    if len(rows) > skip + top:
        address = f"{call.headers['x-sandbox-base']}/v1.0/sites/{state.site_id}/lists/{found.id}"
        kept = {name: value for name, value in call.query.items() if name != "$skiptoken"}
        query = "&".join(f"{n}={v}" for n, v in {**kept, "$skiptoken": skip + top}.items())
        body["@odata.nextLink"] = f"{address}/items?{query}"
    return Answer(200, body)


@routes.add("POST", "/lists/(?P<list>[^/]+)/items")
def create_item(state: TenantState, call: Call, parts: Mapping[str, str]) -> Answer:
    found = _list(state, parts)
    body = call.json()
    fields = body.get("fields", {}) if isinstance(body, dict) else None
    row = found.add(_checked_fields(found, fields))
    shown = _row_json(state, found, row, call, with_fields=True)
    return Answer(201, {"@odata.context": f"{CONTEXT}items/$entity", **shown})


@routes.add("GET", "/lists/(?P<list>[^/]+)/items/(?P<item>[^/]+)")
def item(state: TenantState, call: Call, parts: Mapping[str, str]) -> Answer:
    found = _list(state, parts)
    shown = _row_json(state, found, _row(found, parts), call)
    return Answer(200, {"@odata.context": f"{CONTEXT}items/$entity", **shown})


@routes.add("DELETE", "/lists/(?P<list>[^/]+)/items/(?P<item>[^/]+)")
def delete_item(state: TenantState, call: Call, parts: Mapping[str, str]) -> Answer:
    found = _list(state, parts)
    row = _row(found, parts)
    _check_version(call, row)
    del found.rows[row.id]
    return Answer(204)


@routes.add("GET", "/lists/(?P<list>[^/]+)/items/(?P<item>[^/]+)/fields")
def fields_of_item(state: TenantState, call: Call, parts: Mapping[str, str]) -> Answer:
    return Answer(200, _fields_json(_row(_list(state, parts), parts)))


@routes.add("PATCH", "/lists/(?P<list>[^/]+)/items/(?P<item>[^/]+)/fields")
def change_fields(state: TenantState, call: Call, parts: Mapping[str, str]) -> Answer:
    found = _list(state, parts)
    row = _row(found, parts)
    _check_version(call, row)
    found.change(row, _checked_fields(found, call.json()))
    return Answer(200, _fields_json(row))


def _list(state: TenantState, parts: Mapping[str, str]) -> SharePointList:
    found = state.list_named(parts["list"])
    if found is None:
        raise GraphError(404, "itemNotFound", "The specified list was not found")
    return found


def _row(found: SharePointList, parts: Mapping[str, str]) -> Row:
    if parts["item"] not in found.rows:
        raise GraphError(404, "itemNotFound", "The specified item was not found")
    return found.rows[parts["item"]]


def _check_version(call: Call, row: Row) -> None:
    wanted = call.headers.get("if-match", "*")
    if wanted not in ("*", row.etag):
        text = "ETag does not match current item's value"
        raise GraphError(412, "resourceModified", text)


def _checked_fields(found: SharePointList, fields: Any) -> dict[str, Any]:
    if not isinstance(fields, dict):
        raise GraphError(400, "invalidRequest", "Invalid request")
    for name, value in fields.items():
        if name.startswith("@"):
            continue
        known = found.columns is None or name in ("Title", *found.columns)
        if not known or not COLUMN.fullmatch(name):
            raise GraphError(400, "invalidRequest", f"Field '{name}' is not recognized")
        if isinstance(value, (dict, list)):
            raise GraphError(500, "generalException", "General exception while processing")
    return {name: value for name, value in fields.items() if not name.startswith("@")}


def _filtered(call: Call, rows: list[Row]) -> list[Row]:
    wanted = call.query.get("$filter")
    if wanted is None:
        return rows
    match = FILTER.fullmatch(wanted.strip())
    if match is None:
        raise GraphError(400, "invalidRequest", "Invalid filter clause")
    name, value = match.group(1), match.group(2).replace("''", "'")
    if NOT_INDEXED_TOO not in call.headers.get("prefer", ""):
        text = f"Field '{name}' cannot be referenced in filter or orderby as it is not indexed."
        raise GraphError(400, "invalidRequest", text)
    return [row for row in rows if str(row.fields.get(name)) == value]


def _list_json(state: TenantState, found: SharePointList) -> dict[str, Any]:
    created = moment(found.created)
    return {
        "id": found.id,
        "name": found.name,
        "displayName": found.name,
        "createdDateTime": created,
        "lastModifiedDateTime": created,
        "webUrl": f"{state.site_url}/Lists/{found.name}",
        "list": {"contentTypesEnabled": False, "hidden": False, "template": "genericList"},
    }


def _column_json(name: str) -> dict[str, Any]:
    return {
        "id": f"00000000-0000-4000-8000-{abs(hash(name)) % 10**12:012d}",
        "name": name,
        "displayName": name,
        "hidden": False,
        "indexed": False,
        "readOnly": False,
        "required": False,
        "text": {"allowMultipleLines": False, "maxLength": 255},
    }


def _row_json(
    state: TenantState, found: SharePointList, row: Row, call: Call, *, with_fields: bool = False
) -> dict[str, Any]:
    body: dict[str, Any] = {
        "@odata.etag": row.etag,
        "id": row.id,
        "createdDateTime": moment(row.created),
        "lastModifiedDateTime": moment(row.modified),
        "eTag": row.etag,
        "webUrl": f"{state.site_url}/Lists/{found.name}/{row.id}_.000",
        "contentType": {"id": "0x0100", "name": "Item"},
        "parentReference": {"siteId": state.site_id},
    }
    expand = call.query.get("$expand", "")
    if with_fields or "fields" in expand:
        body["fields"] = _fields_json(row, expand)
    return body


def _fields_json(row: Row, expand: str = "") -> dict[str, Any]:
    fields = row.fields
    if match := CHOSEN_FIELDS.search(expand):
        fields = {name: fields[name] for name in match.group(1).split(",") if name in fields}
    return {"@odata.etag": row.etag, "id": row.id, **fields}
