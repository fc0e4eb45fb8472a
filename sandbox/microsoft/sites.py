"""Sites, their lists and the lists' rows."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kitart.clock import real_now
from sandbox.microsoft.calls import Answer, Call, GraphError, Routes
from sandbox.microsoft.state import Row, SharePointList, StoredFile, TenantState, moment

routes = Routes()
CONTEXT = "https://graph.microsoft.com/v1.0/$metadata#"
BY_ADDRESS = re.compile(r"/sites/([^/:]+):/([^:]+?)(?::(/.*)?)?", re.IGNORECASE)
BY_ID = re.compile(r"/sites/([^/:]+)(/.*)?", re.IGNORECASE)
FILTER = re.compile(r"fields/(\w+) eq '((?:[^']|'')*)'")
NOT_INDEXED_TOO = "HonorNonIndexedQueriesWarningMayFailRandomly"
CHOSEN_FIELDS = re.compile(r"fields\(\$?select=([^)]*)\)")
LONGEST_TEXT = 63_999
FACETS: dict[str, dict[str, Any]] = {
    "text": {"allowMultipleLines": False, "maxLength": 255},
    "dateTime": {"displayAs": "default", "format": "dateTime"},
    "number": {"decimalPlaces": "none", "displayAs": "number"},
    "boolean": {},
    "choice": {"allowTextEntry": True, "choices": [], "displayAs": "dropDownMenu"},
}
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
    return Answer(200, _columns_json(_list(state, parts)))


@routes.add("POST", "/lists")
def make_list(state: TenantState, call: Call, parts: Mapping[str, str]) -> Answer:
    body = call.json()
    name = body.get("displayName") if isinstance(body, dict) else None
    if not isinstance(name, str) or not name:
        raise GraphError(400, "invalidRequest", "displayName is missing")
    if state.list_named(name) is not None:
        raise GraphError(409, "nameAlreadyExists", "Name already exists")
    made = SharePointList(name, dict(_defined(column) for column in body.get("columns", [])))
    state.lists[name] = made
    return Answer(201, {"@odata.context": f"{CONTEXT}lists/$entity", **_list_json(state, made)})


@routes.add("POST", "/lists/(?P<list>[^/]+)/columns")
def add_column(state: TenantState, call: Call, parts: Mapping[str, str]) -> Answer:
    found = _list(state, parts)
    name, kind = _defined(call.json())
    if name in found.column_kinds():
        raise GraphError(409, "nameAlreadyExists", "A column of this name is there already")
    found.columns = {**(found.columns or {}), name: kind}
    shown = _column_json(name, kind)
    return Answer(201, {"@odata.context": f"{CONTEXT}columns/$entity", **shown})


@routes.add("GET", "/drive/list")
def library(state: TenantState, call: Call, parts: Mapping[str, str]) -> Answer:
    shown = _list_json(state, state.library, "documentLibrary")
    return Answer(200, {"@odata.context": f"{CONTEXT}lists/$entity", **shown})


@routes.add("GET", "/drive/list/columns")
def library_columns(state: TenantState, call: Call, parts: Mapping[str, str]) -> Answer:
    return Answer(200, _columns_json(state.library))


@routes.add("GET", "/drive/items/(?P<file>[^/]+)/listItem/fields")
def fields_of_file(state: TenantState, call: Call, parts: Mapping[str, str]) -> Answer:
    return Answer(200, _file_fields(_file_by_id(state, parts)))


@routes.add("PATCH", "/drive/items/(?P<file>[^/]+)/listItem/fields")
def change_fields_of_file(state: TenantState, call: Call, parts: Mapping[str, str]) -> Answer:
    file = _file_by_id(state, parts)
    file.fields.update(_checked_fields(state.library, call.json()))
    file.version += 1
    return Answer(200, _file_fields(file))


def _file_by_id(state: TenantState, parts: Mapping[str, str]) -> StoredFile:
    for file in state.files.values():
        if file.id == parts["file"]:
            return file
    raise GraphError(404, "itemNotFound", "The resource could not be found.")


def _file_fields(file: StoredFile) -> dict[str, Any]:
    name = file.path.rpartition("/")[2]
    return {"@odata.etag": file.etag, "id": file.id, "FileLeafRef": name, **file.fields}


def _defined(column: Any) -> tuple[str, str]:
    """Name and kind of a column that is to be made."""
    name = column.get("name") if isinstance(column, dict) else None
    if not isinstance(name, str) or not COLUMN.fullmatch(name):
        raise GraphError(400, "invalidRequest", "A column needs a name of letters and digits")
    kinds = [kind for kind in FACETS if isinstance(column.get(kind), dict)]
    if len(kinds) != 1:
        raise GraphError(400, "invalidRequest", f"Column '{name}' needs one type")
    return name, kinds[0]


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
    kinds = found.column_kinds()
    for name, value in fields.items():
        if name.startswith("@"):
            continue
        known = found.columns is None or name in kinds
        if not known or not COLUMN.fullmatch(name):
            raise GraphError(400, "invalidRequest", f"Field '{name}' is not recognized")
        if isinstance(value, (dict, list)):
            raise GraphError(500, "generalException", "General exception while processing")
        if found.columns is not None and value is not None and not _takes(kinds[name], value):
            raise GraphError(400, "invalidRequest", f"Field '{name}' does not take this value")
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


def _takes(kind: str, value: Any) -> bool:
    """Whether a column of this kind takes the value."""
    if kind == "boolean":
        return isinstance(value, bool)
    if kind == "number":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind == "dateTime":
        try:
            return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
        except ValueError:
            return False
    return isinstance(value, (str, int, float)) and len(str(value)) <= LONGEST_TEXT


def _list_json(
    state: TenantState, found: SharePointList, template: str = "genericList"
) -> dict[str, Any]:
    created = moment(found.created)
    return {
        "id": found.id,
        "name": found.name,
        "displayName": found.name,
        "createdDateTime": created,
        "lastModifiedDateTime": created,
        "webUrl": f"{state.site_url}/Lists/{found.name}",
        "list": {"contentTypesEnabled": False, "hidden": False, "template": template},
    }


def _columns_json(found: SharePointList) -> dict[str, Any]:
    shown = [_column_json(name, kind) for name, kind in found.column_kinds().items()]
    return {"@odata.context": f"{CONTEXT}columns", "value": shown}


def _column_json(name: str, kind: str) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, name)),
        "name": name,
        "displayName": name,
        "hidden": False,
        "indexed": False,
        "readOnly": False,
        "required": False,
        kind: FACETS[kind],
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
