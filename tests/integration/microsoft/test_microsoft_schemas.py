"""What our stand-in answers and our connector sends, judged by Microsoft's own metadata."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any

import pytest
from openapi_schema_validator import OAS30Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

from kitart.connectors.errors import ConnectorError
from kitart.connectors.http import HttpClient
from kitart.connectors.microsoft import Column, MicrosoftTenant
from kitart.connectors.microsoft.graph import Graph
from kitart.connectors.microsoft.setup import SiteSetup
from kitart.connectors.microsoft.sharepoint import Site
from kitart.connectors.microsoft.tokens import token_source
from kitart.reports import filed
from kitart.settings import MicrosoftSettings
from sandbox.faults import Faults
from sandbox.microsoft import TenantState
from sandbox.microsoft.state import Exchange

Check = Callable[[str, Any], list[str]]
SITE = r"/sites/[^/]+"
BY_ADDRESS = r"/sites/[^:]+:/[^:]+"
ITEMS = rf"{SITE}/lists/[^/]+/items"
HEALTH = "/admin/serviceAnnouncement"
ANSWERED: list[tuple[str, str, str]] = [
    ("GET", BY_ADDRESS, "site"),
    ("GET", SITE, "site"),
    ("GET", rf"{SITE}/lists", "list[]"),
    ("GET", rf"{SITE}/lists/[^/]+", "list"),
    ("GET", rf"{SITE}/lists/[^/]+/columns", "columnDefinition[]"),
    ("GET", ITEMS, "listItem[]"),
    ("POST", rf"{SITE}/lists", "list"),
    ("POST", rf"{SITE}/lists/[^/]+/columns", "columnDefinition"),
    ("GET", rf"{SITE}/drive/list", "list"),
    ("GET", rf"{SITE}/drive/list/columns", "columnDefinition[]"),
    ("PATCH", rf"{SITE}/drive/items/[^/]+/listItem/fields", "fieldValueSet"),
    ("POST", ITEMS, "listItem"),
    ("GET", rf"{ITEMS}/\d+", "listItem"),
    ("GET", rf"{ITEMS}/\d+/fields", "fieldValueSet"),
    ("PATCH", rf"{ITEMS}/\d+/fields", "fieldValueSet"),
    ("GET", rf"{HEALTH}/healthOverviews", "serviceHealth[]"),
    ("GET", rf"{HEALTH}/healthOverviews/[^/]+", "serviceHealth"),
    ("GET", rf"{HEALTH}/issues", "serviceHealthIssue[]"),
]
SENT: list[tuple[str, str, str]] = [
    ("POST", ITEMS, "listItem-create"),
    ("PATCH", rf"{ITEMS}/\d+/fields", "fieldValueSet-update"),
    ("PATCH", rf"{SITE}/drive/items/[^/]+/listItem/fields", "fieldValueSet-update"),
    ("POST", rf"{SITE}/lists", "list-create"),
    ("POST", rf"{SITE}/lists/[^/]+/columns", "columnDefinition-create"),
]
NOT_IN_THE_FILE = {"driveItem", "drive", "message", "uploadSession"}
UNJUDGED = r"/sites/[^/]+/drive.*|/users/[^/]+/sendMail|/\$batch"


@pytest.fixture(scope="module")
def check(graph_schemas: dict[str, Any]) -> Check:
    """Errors of a body against a type; types are closed, ``@odata`` keys are let through."""
    schemas = copy.deepcopy(graph_schemas)
    for name, schema in schemas["components"]["schemas"].items():
        if schema.get("type") == "object" and "fieldValueSet" not in name:
            schema["additionalProperties"] = False
        # The file asks for every new entity's key, but keys of rows are the server's to give: the
        # documented call is {"fields": {…}} alone. Nothing else is required of a new one.
        if name.endswith("-create") and schema.get("required") == ["id"]:
            del schema["required"]
    registry = Registry().with_resource("graph", Resource(contents=schemas, specification=DRAFT4))

    def errors(kind: str, body: Any) -> list[str]:
        name = kind if kind == "error" else f"microsoft.graph.{kind}"
        validator = OAS30Validator({"$ref": f"graph#/components/schemas/{name}"}, registry=registry)
        return [
            f"{kind} {list(error.absolute_path)}: {error.message}"
            for error in validator.iter_errors(without_odata(body))
        ]

    return errors


def without_odata(body: Any) -> Any:
    if isinstance(body, dict):
        return {key: without_odata(value) for key, value in body.items() if "@odata." not in key}
    if isinstance(body, list):
        return [without_odata(value) for value in body]
    return body


def kind_of(table: list[tuple[str, str, str]], exchange: Exchange) -> str | None:
    for method, pattern, kind in table:
        if method == exchange.method and re.fullmatch(pattern, exchange.path):
            return kind
    return None


def answer_errors(check: Check, exchange: Exchange) -> list[str]:
    if exchange.answered is None:
        return []
    if exchange.status >= 400:
        return check("error", exchange.answered)
    kind = kind_of(ANSWERED, exchange)
    if kind is None:
        unjudged = re.fullmatch(UNJUDGED, exchange.path)
        return [] if unjudged else [f"no type for {exchange.method} {exchange.path}"]
    if not kind.endswith("[]"):
        return check(kind, exchange.answered)
    values = exchange.answered["value"]
    return [error for value in values for error in check(kind[:-2], value)]


def tour(tenant: MicrosoftTenant, state: TenantState, settings: MicrosoftSettings) -> None:
    """Every call of the connector, and those that only others make."""
    state.announce("serviceDegradation", title="Some sites are slow")
    assert tenant.probe().state == "up"
    tenant.announced_health()
    known = tenant.upsert_register_row("INC-0001", {"Status": "open", "Level": 2}, None)
    tenant.upsert_register_row("INC-0001", {"Status": None, "Hours": 1.5}, known)
    tenant.upsert_register_row("INC-0001", {"Status": "closed"}, known)
    state.site_role = "manage"
    graph = Graph(settings)
    setup = SiteSetup(graph, Site(graph, settings))
    setup.make_list("Another", filed.REGISTER)
    for column in filed.LIBRARY:
        setup.add_column(setup.library()[0], column)
    setup.make_folder(filed.FOLDER)
    assert setup.has_folder(filed.FOLDER)
    item = tenant.upload("a.html", b"x", "text/html").item_id
    assert tenant.describe(item, {"KitartNumber": 1, "KitartClient": "CL-1"}, filed.LIBRARY) == ()
    tenant.describe(item, {"odd": "x"}, [Column("odd")])
    tenant.upload("b.pdf", b"x" * 5_000_000, "application/pdf")
    tenant.send_mail(["a@kitart.example"], "s", "<p>h</p>", "t", message_key="k")
    with pytest.raises(ConnectorError):
        tenant.upsert_register_row("INC-0001", {"odd name": "x"}, known)
    outside = HttpClient(settings.graph_url, ca_file=settings.ca_file)
    bearer = f"Bearer {token_source(settings).token().value}"
    site = f"/v1.0/sites/{state.site_id}"
    for path in (
        site,
        f"{site}/lists",
        f"{site}/lists/Incidents",
        f"{site}/lists/Incidents/columns",
        f"{site}/lists/Incidents/items/1",
        f"{site}/lists/Incidents/items/1/fields",
        f"{site}/lists/None",
        f"/v1.0{HEALTH}/healthOverviews/SharePoint Online",
        f"/v1.0{HEALTH}/issues",
        "/v1.0/nothing",
    ):
        outside.request("GET", path, auth_header=bearer, expected=range(200, 500))
    outside.request("GET", site, auth_header="Bearer wrong", expected=(401,))


def test_every_answer_of_the_stand_in_is_microsofts_type(
    check: Check, tenant: MicrosoftTenant, state: TenantState, settings: MicrosoftSettings
) -> None:
    tour(tenant, state, settings)
    assert [error for one in state.exchanges for error in answer_errors(check, one)] == []
    judged = {kind_of(ANSWERED, one) for one in state.exchanges if one.status < 400}
    assert {kind for _, _, kind in ANSWERED} <= judged
    assert {401, 400, 404, 412} <= {one.status for one in state.exchanges}


def test_every_body_of_the_connector_is_microsofts_type(
    check: Check, tenant: MicrosoftTenant, state: TenantState, settings: MicrosoftSettings
) -> None:
    tour(tenant, state, settings)
    sent = [(kind_of(SENT, one), one) for one in state.exchanges if one.sent is not None]
    judged = [(kind, one) for kind, one in sent if kind is not None]
    assert [error for kind, one in judged for error in check(kind, one.sent)] == []
    assert {kind for kind, _ in judged} == {kind for _, _, kind in SENT}
    unjudged = [one.path for kind, one in sent if kind is None]
    assert unjudged
    assert all(re.fullmatch(UNJUDGED, path) for path in unjudged)


def test_what_is_not_judged_is_not_in_microsofts_file(graph_schemas: dict[str, Any]) -> None:
    """When a newer file holds these types, they are to be judged too."""
    names = graph_schemas["components"]["schemas"]
    assert [kind for kind in NOT_IN_THE_FILE if f"microsoft.graph.{kind}" in names] == []


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("site", {"id": 1}),
        ("site", {"id": "1", "colour": "red"}),
        ("listItem", {"id": "1", "Fields": {}}),
        ("serviceHealth", {"id": "1", "service": "x", "status": "serviceSparkling"}),
        ("serviceHealth", {"id": "1", "issues": [{"id": "1", "isResolved": "no"}]}),
        ("listItem-create", {"fields": {"Title": "x"}, "extra": 1}),
        ("error", {"error": {"code": "x"}}),
    ],
)
def test_the_judge_refuses_what_is_wrong(check: Check, kind: str, body: Any) -> None:
    assert check(kind, body)


def test_a_faults_error_body_is_microsofts_type_too(
    check: Check, settings: MicrosoftSettings, faults: Faults
) -> None:
    faults.set("/v1.0/*", "throttle", retry_after=1)
    graph = HttpClient(settings.graph_url, ca_file=settings.ca_file)
    assert check("error", graph.request("GET", "/v1.0/me", expected=(429,)).json()) == []
