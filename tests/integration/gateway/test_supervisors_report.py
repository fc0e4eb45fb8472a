"""The signed-in report: agents who can't work, or anything else, over real sockets (R17, R8)."""

from __future__ import annotations

import re

import pytest
import requests

from kitart.journal.tables import OutageReport
from kitart.messaging.agent_links import new_link
from kitart.messaging.sign_in_links import new_link as sign_in_link

AGENTS = {
    "about": "agents", "form": "form-0001", "safe": "yes", "what": "internet", "move": "unknown",
    "agent:AG-013": "1", "agent:AG-014": "1",
}  # fmt: skip
ELSE = {
    "about": "else", "seen": "Smoke in the server room", "care": "unknown", "systems": "heating",
    "project:CHARLIE": "1",
}  # fmt: skip


class Signed:
    """A browser that is signed in, and the key that its forms carry."""

    def __init__(self, place, person: str) -> None:
        self.url = place.server.url
        self.session = requests.Session()
        link = sign_in_link(place.inst, person, by="operator")
        self.session.post(link, timeout=10, allow_redirects=False)
        found = re.search(r'name="form_key" value="(\w+)"', self.get("/report").text)
        self.key = found[1] if found else ""

    def get(self, path: str) -> requests.Response:
        return self.session.get(f"{self.url}{path}", timeout=20)

    def post(self, path: str, data, **options) -> requests.Response:
        data = data if isinstance(data, bytes) else {"form_key": self.key} | data
        return self.session.post(f"{self.url}{path}", data=data, timeout=10, **options)


def rows(place) -> list[OutageReport]:
    with place.inst.journal.read() as session:
        return session.query(OutageReport).order_by(OutageReport.id).all()


@pytest.mark.covers("R17", "E4")
def test_several_agents_are_reported_at_once_and_once(place) -> None:
    supervisor = Signed(place, "SV-3")
    page = supervisor.post("/report", AGENTS)
    assert page.status_code == 200
    assert "Kiesettként rögzítve: 2." in page.text
    assert [(r.agent, r.reported_by, r.role) for r in rows(place)] == [
        ("AG-013", "SV-3", "supervisor"), ("AG-014", "SV-3", "supervisor"),
    ]  # fmt: skip
    (incident,) = place.incidents()
    assert (incident.kind, incident.reported_by) == ("workplace unusable", "supervisor")
    assert page.text.count("/incident/INC-0001") == 2
    place.eventually(lambda: place.texts_to("ERT-1"), "the alarm by SMS")
    again = supervisor.post("/report", AGENTS)
    assert "Korábban bejelentve, ezért változatlan: 2." in again.text
    assert len(rows(place)) == 2


def test_what_an_agent_said_personally_stands(place) -> None:
    own = {"form": "form-0001", "safe": "yes", "what": "power", "move": "yes"}
    link = new_link(place.inst, "AG-014", by="operator")
    requests.post(link, data=own, timeout=10)
    supervisor = Signed(place, "SV-3")
    supervisor.post("/report", AGENTS)
    assert [(r.agent, r.what) for r in rows(place)] == [("AG-014", "power"), ("AG-013", "internet")]
    # The agent sees what was said of him, and says that he works again.
    other = new_link(place.inst, "AG-013", by="operator")
    page = requests.get(other, timeout=10)
    assert "SV-3" in page.text
    requests.post(other, data={"withdraw": str(rows(place)[1].id)}, timeout=10)
    assert rows(place)[1].ended_by == "AG-013"
    supervisor.post(
        "/report", {"about": "works", "agent": "AG-014", "report": str(rows(place)[0].id)}
    )
    assert rows(place)[0].ended_by == "SV-3"
    assert [e.author for e in place.entries("agent back")] == ["agent", "supervisor"]


@pytest.mark.covers("D13")
def test_danger_reported_by_a_supervisor_replaces_what_the_agent_said(place) -> None:
    own = {"form": "form-0001", "safe": "yes", "what": "power", "move": "yes"}
    link = new_link(place.inst, "AG-014", by="operator")
    requests.post(link, data=own, timeout=10)
    supervisor = Signed(place, "SV-3")
    supervisor.post("/report", AGENTS | {"safe": "help"})
    # Gone back and corrected: the same form says something else.
    supervisor.post("/report", AGENTS | {"safe": "no"})
    supervisor.post("/report", AGENTS | {"safe": "unknown", "form": "form-0002"})
    said = [(r.agent, r.safe, r.ended_as) for r in rows(place)]
    assert said[0] == ("AG-014", "yes", "replaced")
    assert said[1:5] == [
        ("AG-013", "help", "replaced"), ("AG-014", "help", "replaced"),
        ("AG-013", "no", "replaced"), ("AG-014", "no", "replaced"),
    ]  # fmt: skip
    assert said[5:] == [("AG-013", "unknown", None), ("AG-014", "unknown", None)]


@pytest.mark.covers("D23")
def test_a_supervisor_reports_for_the_own_projects_alone(place) -> None:
    supervisor = Signed(place, "SV-2")  # BRAVO
    assert "AG-014" not in supervisor.get("/report").text
    page = supervisor.post("/report", AGENTS)
    assert page.status_code == 422
    assert rows(place) == []
    Signed(place, "SV-3").post("/report", AGENTS)
    supervisor.post(
        "/report", {"about": "works", "agent": "AG-014", "report": str(rows(place)[1].id)}
    )
    assert rows(place)[1].ended_at is None
    assert "AG-014" not in supervisor.get("/report").text
    assert "AG-014" in Signed(place, "ERT-2").get("/report").text


@pytest.mark.covers("R8", "R15")
def test_something_else_starts_the_general_plan_and_raises_the_alarm(place) -> None:
    supervisor = Signed(place, "SV-3")
    page = supervisor.post("/report", ELSE)
    assert page.status_code == 200
    assert "INC-0001" in page.text
    (incident,) = place.incidents()
    assert (incident.system_id, incident.projects) == ("GENERAL", ["CHARLIE"])
    assert (incident.customer_care, incident.reported_by) == ("unknown", "supervisor")
    place.eventually(lambda: place.texts_to("ERT-1"), "the alarm by SMS")
    place.eventually(lambda: place.orchestrator.asked, "a run is asked for")
    supervisor.post("/report", ELSE)
    assert len(place.incidents()) == 1
    assert place.entries("duplicate added")


@pytest.mark.parametrize(
    "form",
    [
        {"about": "else", "seen": "x", "care": "yes"},
        {"about": "else", "seen": "x" * 600, "care": "yes"},
        {"about": "else", "seen": "Something burns", "care": "perhaps"},
        {"about": "else", "seen": "Something burns", "care": "yes", "since": "soon"},
        {},
        AGENTS | {"safe": ""},
        AGENTS | {"what": ""},
        AGENTS | {"agent:AG-013": "1", "safe": "<script>"},
    ],
)
def test_a_form_that_is_not_complete_comes_back_and_records_nothing(place, form) -> None:
    page = Signed(place, "AM-2").post("/report", form)
    assert page.status_code == 422
    assert "Nem történt rögzítés" in page.text
    if len(form.get("seen", "")) > 3:
        assert form["seen"] in page.text
    assert rows(place) == []
    assert place.incidents() == []


def test_a_form_from_another_site_is_refused(place) -> None:
    supervisor = Signed(place, "SV-3")
    for key in ("", "x", "0" * 64, Signed(place, "SV-2").key):
        for form in (AGENTS, ELSE):
            assert supervisor.post("/report", form | {"form_key": key}).status_code == 403
    assert supervisor.post("/report", b"x" * 1_100_000).status_code == 413
    assert rows(place) == []
    assert place.incidents() == []


def test_nobody_and_other_roles_are_kept_out(place) -> None:
    for path in ("/report", "/log", "/log.csv?project=CHARLIE", "/paper", "/paper.pdf"):
        assert requests.get(f"{place.server.url}{path}", timeout=10).status_code == 401
    assert requests.post(f"{place.server.url}/report", data=ELSE, timeout=10).status_code == 401
    officer = Signed(place, "DPO")
    for path in ("/report", "/log", "/log.csv?project=CHARLIE"):
        assert officer.get(path).status_code == 403
    assert officer.post("/report", ELSE).status_code == 403
    assert place.incidents() == []
