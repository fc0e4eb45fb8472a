"""Vital inputs over sockets: the sender's webhook, the look where they lie, and the page (A21)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests
from pydantic import SecretStr

from kitart.connectors.http import host_pauses
from kitart.installation import use_installation
from kitart.journal import incidents, inputs, timeline
from kitart.journal.tables import InputArrival
from tasks.inputs_watch import look_at_inputs
from tests.integration.gateway.signed_in import Holder

pytestmark = pytest.mark.covers("A21", "R6")

SECRET = "the-roster-s-own-secret"
FILE = "Inputs/rosters/today.csv"
OTHERS = ("ROSTER-CHANGES", "FORECAST-DAY", "PRICE-LIST", "CARRIER-STATEMENT")


@pytest.fixture(autouse=True)
def _installed(place: Any) -> Iterator[None]:
    place.inst.settings.input_secrets = {"ROSTER-DAY": SecretStr(SECRET)}
    use_installation(place.inst)
    place.clock.move_to(place.clock.now() + timedelta(hours=19))  # 05:00 in Budapest
    look()
    yield
    use_installation(None)


def look() -> str:
    said: str = look_at_inputs.fn()
    return said


def send(place: Any, body: Any = None, code: str = "ROSTER-DAY", secret: str = SECRET) -> Any:
    options: dict[str, Any] = {"data": body} if isinstance(body, bytes) else {"json": body}
    return requests.post(
        f"{place.server.url}/webhooks/inputs/{code}",
        headers={"Authorization": f"Bearer {secret}"}, timeout=10, **options,
    )  # fmt: skip


def arrivals(place: Any) -> list[InputArrival]:
    with place.inst.journal.read() as session:
        return list(session.query(InputArrival).order_by(InputArrival.id))


def row_of(place: Any, code: str = "ROSTER-DAY") -> Any:
    with place.inst.journal.read() as session:
        return inputs.due_that_counts(session, code, place.clock.now())


def overdue(place: Any) -> str:
    """Only the roster goes missing."""
    holder = Holder(place, "ERT-1")
    for code in OTHERS:
        assert holder.post("/inputs", input=code, about="arrived").status_code == 303
    place.clock.advance(hours=1, minutes=20)
    return look()


def test_a_sender_s_word_counts_for_the_next_due_time_and_once(place: Any) -> None:
    for _ in range(2):
        answer = send(place, {"id": "export-118", "detail": "412 rows"})
        assert answer.status_code == 202, answer.text
    assert [(a.way, a.detail, a.counts) for a in arrivals(place)] == [("webhook", "412 rows", True)]
    assert (row_of(place).state, row_of(place).incident) == ("arrived", None)
    assert send(place, b"").status_code == 202


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (b"{", 422, "no JSON object"),
        (b"[]", 422, "no JSON object"),
        (b"[" * 90_000, 422, "no JSON object"),
        (b'{"at": "six"}', 422, "at is 'six'; right would be a moment with its offset"),
        (b'{"at": "2026-11-25T05:00:00"}', 422, "right would be a moment with its offset"),
        (b'{"at": "2031-11-25T05:00:00Z"}', 422, "in the last 7 days"),
        (b'{"id": 7}', 422, "id is 7; right would be a text"),
        (b'{"when": "now"}', 422, "'when' is no field; right would be at, detail, id"),
        (b'{"detail": "' + b"x" * 1_200_000 + b'"}', 413, "not the input itself"),
    ],
)
def test_a_body_that_can_t_be_read_is_refused_with_what_would_be_right(
    place: Any, body: bytes, status: int, said: str
) -> None:
    answer = send(place, body)
    assert answer.status_code == status
    assert said in answer.json()["error"]
    assert arrivals(place) == []


def test_a_sender_whose_clock_is_ahead_is_believed_that_it_is_here_now_and_once(
    place: Any,
) -> None:
    """Or ours was set back: refused, the input would be missed though it has arrived."""
    ahead = (place.clock.now() + timedelta(hours=1)).isoformat()
    for minutes in (0, 2):
        place.clock.advance(minutes=minutes)
        assert send(place, {"at": ahead}).status_code == 202
    (arrived,) = arrivals(place)
    assert arrived.arrived_at == place.clock.now() - timedelta(minutes=2)
    assert row_of(place).state == "arrived"


def test_each_input_has_a_secret_of_its_own(place: Any) -> None:
    assert send(place, secret="another").status_code == 401
    assert send(place, code="NOTHING").status_code == 404
    unset = send(place, code="FORECAST-DAY")
    assert unset.status_code == 503
    assert "KITART_INPUT_SECRETS" in unset.json()["error"]
    assert arrivals(place) == []


def put_file(place: Any, content: bytes, minutes_ago: float) -> None:
    """Somebody else's tool writes the file, over its last one: Kitart itself writes over none."""
    files = place.world.tenant.files
    if FILE.lower() not in files:
        place.inst.microsoft.upload(FILE, content, "text/csv")
    file = files[FILE.lower()]
    file.content, file.version = content, file.version + 1
    file.modified = place.clock.now() - timedelta(minutes=minutes_ago)


def test_a_file_in_the_library_is_seen_by_its_last_change(place: Any) -> None:
    put_file(place, b"AG-001;06:00", minutes_ago=60 * 24)
    look()
    assert row_of(place).state == "expected"  # yesterday's
    put_file(place, b"AG-001;07:00", minutes_ago=3)
    look()
    assert row_of(place).state == "arrived"
    assert [a.way for a in arrivals(place)] == ["file", "file"]
    look()
    assert len(arrivals(place)) == 2


def test_an_empty_file_is_no_input(place: Any) -> None:
    put_file(place, b"", minutes_ago=3)
    look()
    assert arrivals(place) == []


def test_what_can_t_be_looked_for_is_overdue_all_the_same_and_the_record_says_why(
    place: Any,
) -> None:
    place.world.tenant_faults.set("/v1.0/sites/*", "unavailable")
    assert overdue(place) == "overdue: INC-0001"
    with place.inst.journal.read() as session:
        (report,) = timeline.entries(session, "INC-0001", "report")
    assert "it can't be looked for: " in report.text
    place.world.tenant_faults.clear()
    host_pauses.forget()


def test_the_page_shows_what_is_missing_and_takes_a_person_s_word(place: Any) -> None:
    assert overdue(place) == "overdue: INC-0001"
    owner = Holder(place, "SV-5")
    page = owner.get("/inputs").text
    assert "Shift roster of the day" in page
    assert "/incident/INC-0001" in page
    assert "Price list of the day" not in page  # of another project
    assert owner.post("/inputs", input="PRICE-LIST", about="arrived").status_code == 422
    wrong = owner.post("/inputs", input="ROSTER-DAY", about="arrived", at="soon")
    assert wrong.status_code == 422
    assert "14:05" in wrong.text
    assert owner.post("/inputs", input="ROSTER-DAY", about="arrived").status_code == 303
    with place.inst.journal.read() as session:
        (entry,) = timeline.entries(session, "INC-0001", "input arrived")
    assert entry.author == "supervisor"
    assert "arrived" in owner.get("/inputs?said=ROSTER-DAY").text


def test_somebody_who_hears_that_it_will_not_come_opens_the_incident_before_it_is_due(
    place: Any,
) -> None:
    owner = Holder(place, "SV-5")
    form = {"input": "ROSTER-DAY", "about": "missing"}
    assert owner.post("/inputs", **form, seen="").status_code == 422
    answer = owner.post("/inputs", **form, seen="Their system is down until noon")
    assert answer.headers["location"] == "/incident/INC-0001"
    place.eventually(lambda: place.texts_to("ERT-3"), "the first page")
    owner.post("/inputs", **form, seen="Said again")
    with place.inst.journal.read() as session:
        (one,) = incidents.open_incidents(session)
    assert (one.kind, one.reported_by) == ("vital input missing", "supervisor")


def test_a_form_from_another_page_or_of_nobody_records_nothing(place: Any) -> None:
    form = {"input": "ROSTER-DAY", "about": "arrived"}
    assert Holder(place, "SV-5").post("/inputs", key="forged", **form).status_code == 403
    assert requests.get(f"{place.server.url}/inputs", timeout=10).status_code == 401
    assert arrivals(place) == []
