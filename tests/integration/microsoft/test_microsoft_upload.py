"""Files arrive whole, whatever breaks on the way."""

from __future__ import annotations

import hashlib
import random
from typing import Any

import pytest

from kitart.connectors.errors import ConnectorError
from kitart.connectors.microsoft import Column, MicrosoftTenant
from kitart.connectors.microsoft import upload as upload_module
from kitart.connectors.microsoft.upload import CHUNK_BYTES, SMALL_BYTES, Library
from sandbox.faults import Faults
from sandbox.microsoft import TenantState

pytestmark = pytest.mark.covers("E42")

LARGE = random.Random(1).randbytes(2 * CHUNK_BYTES + 1000)
PATH = "reports/INC-0001/report.pdf"
PIECE = "PUT /upload/*"


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload_module, "PAUSE_S", 0.01)


def stored(state: TenantState, path: str = PATH) -> bytes:
    return state.files[path.lower()].content


@pytest.mark.parametrize("size", [0, 1, SMALL_BYTES])
def test_a_small_file_goes_in_one_call(
    state: TenantState, tenant: MicrosoftTenant, size: int
) -> None:
    file = tenant.upload(PATH, b"x" * size, "application/pdf")
    assert stored(state) == b"x" * size
    assert state.files[PATH.lower()].content_type == "application/pdf"
    assert (file.size, file.etag) == (size, state.files[PATH.lower()].etag)
    assert file.web_url.endswith("report.pdf")
    assert not [call for call in state.exchanges if "createUploadSession" in call.path]


@pytest.mark.parametrize("content", [b"one", LARGE], ids=["small", "large"])
def test_a_file_that_is_there_with_the_same_content_is_ours_and_is_left(
    state: TenantState, tenant: MicrosoftTenant, content: bytes
) -> None:
    first = tenant.upload(PATH, content, "application/pdf")
    again = tenant.upload(PATH, content, "application/pdf")
    assert first == again
    assert state.files[PATH.lower()].version == 1
    assert not again.beside


@pytest.mark.parametrize("content", [b"two", LARGE], ids=["small", "large"])
@pytest.mark.parametrize("theirs", [b"one", b"by hand"], ids=["same size", "other size"])
def test_a_file_of_somebody_else_is_never_written_over(
    state: TenantState, tenant: MicrosoftTenant, content: bytes, theirs: bytes
) -> None:
    state.store(PATH, theirs, "application/pdf")
    ours = tenant.upload(PATH, content, "application/pdf")
    assert stored(state) == theirs
    mark = hashlib.sha256(content).hexdigest()[:8]
    assert (ours.name, ours.beside) == (f"report_{mark}.pdf", "report.pdf")
    assert stored(state, f"reports/INC-0001/report_{mark}.pdf") == content
    # And a repeat finds it there.
    assert tenant.upload(PATH, content, "application/pdf") == ours
    assert len(state.files) == 2


def test_a_folder_of_that_name_is_left_too(state: TenantState, tenant: MicrosoftTenant) -> None:
    state.store(f"{PATH}/x.txt", b"x", "text/plain")
    assert tenant.upload(PATH, b"two", "application/pdf").beside == "report.pdf"


def test_both_names_taken_by_others_is_said_and_nothing_is_written(
    state: TenantState, tenant: MicrosoftTenant
) -> None:
    mark = hashlib.sha256(b"two").hexdigest()[:8]
    for path in (PATH, f"reports/INC-0001/report_{mark}.pdf"):
        state.store(path, b"theirs", "application/pdf")
    with pytest.raises(ConnectorError, match="are there with other content") as error:
        tenant.upload(PATH, b"two", "application/pdf")
    assert error.value.permanent
    assert {file.content for file in state.files.values()} == {b"theirs"}


def test_somebodys_file_that_comes_while_ours_is_on_its_way_in_pieces_is_left(
    state: TenantState, tenant: MicrosoftTenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = Library._piece

    def piece(self: Library, url: str, content: bytes, start: int) -> Any:
        state.store(PATH, b"theirs", "application/pdf")
        return sent(self, url, content, start)

    monkeypatch.setattr(Library, "_piece", piece)
    assert tenant.upload(PATH, LARGE, "application/pdf").beside == "report.pdf"
    assert stored(state) == b"theirs"


def test_a_lost_answer_to_a_small_file_is_found_by_the_repeat(
    state: TenantState, tenant: MicrosoftTenant, faults: Faults
) -> None:
    faults.set("PUT /v1.0/*", "lost_answer", times=1)
    with pytest.raises(ConnectorError) as error:
        tenant.upload(PATH, b"one", "application/pdf")
    assert not error.value.permanent
    assert not tenant.upload(PATH, b"one", "application/pdf").beside
    assert (len(state.files), state.files[PATH.lower()].version) == (1, 1)


def test_a_file_that_is_gone_when_it_is_looked_at_is_uploaded_by_the_repeat(
    state: TenantState, tenant: MicrosoftTenant, faults: Faults
) -> None:
    faults.set("PUT /v1.0/*", "status", status=409, times=1)
    with pytest.raises(ConnectorError, match="upload again") as error:
        tenant.upload(PATH, b"one", "application/pdf")
    assert not error.value.permanent
    tenant.upload(PATH, b"one", "application/pdf")
    assert stored(state) == b"one"


COLUMNS = (Column("A"), Column("N", "number"), Column("At", "dateTime", also=("text",)))
VALUES = {"A": "x", "N": 2, "At": "2026-11-24T09:00:00Z"}


def test_a_files_columns_are_filled_in(state: TenantState, tenant: MicrosoftTenant) -> None:
    state.library.columns = {"A": "text", "N": "number", "At": "dateTime"}
    item = tenant.upload(PATH, b"one", "application/pdf").item_id
    assert tenant.describe(item, VALUES, COLUMNS) == ()
    assert state.files[PATH.lower()].fields == VALUES
    assert tenant.describe(item, {"A": None}, COLUMNS) == ()
    assert state.files[PATH.lower()].fields["A"] is None


def test_columns_that_the_library_lacks_or_has_of_another_kind_are_left_out_and_named(
    state: TenantState, tenant: MicrosoftTenant
) -> None:
    item = tenant.upload(PATH, b"one", "application/pdf").item_id
    state.library.columns = {"N": "boolean", "At": "text"}
    assert tenant.describe(item, VALUES, COLUMNS) == ("A", "N")
    assert state.files[PATH.lower()].fields == {"At": VALUES["At"]}
    state.library.columns = {}
    assert tenant.describe(item, VALUES, COLUMNS) == ("A", "N", "At")


def test_a_value_that_a_right_column_refuses_is_no_lack_of_columns(
    state: TenantState, tenant: MicrosoftTenant
) -> None:
    state.library.columns = {"A": "text", "N": "number", "At": "dateTime"}
    item = tenant.upload(PATH, b"one", "application/pdf").item_id
    with pytest.raises(ConnectorError, match="does not take this value") as error:
        tenant.describe(item, VALUES | {"At": "soon"}, COLUMNS)
    assert error.value.permanent


@pytest.mark.parametrize("name", ["Jelentés 1.html", "50% #1 & more.html", "a+b=c.html"])
def test_odd_names_arrive_as_they_are(
    state: TenantState, tenant: MicrosoftTenant, name: str
) -> None:
    tenant.upload(f"reports/{name}", b"x", "text/html")
    assert [file.path for file in state.files.values()] == [f"reports/{name}"]


@pytest.mark.parametrize(
    "path", ["", "a//b", "a/../b", "a:b.pdf", "what?.pdf", "a/ b.pdf", "end.", "a\\b"]
)
def test_a_name_that_sharepoint_refuses_is_named_before_any_call(
    state: TenantState, tenant: MicrosoftTenant, path: str
) -> None:
    with pytest.raises(ConnectorError, match="file path is") as error:
        tenant.upload(path, b"x", "text/html")
    assert error.value.permanent
    assert state.files == {}


def test_a_large_file_goes_in_pieces_without_our_token(
    state: TenantState, tenant: MicrosoftTenant
) -> None:
    file = tenant.upload(PATH, LARGE, "application/pdf")
    assert stored(state) == LARGE
    assert file.size == len(LARGE)
    assert state.uploads == {}


@pytest.mark.parametrize(
    ("kind", "skip"),
    [
        ("unavailable", 0),
        ("unavailable", 1),
        ("unavailable", 2),
        ("reset", 1),
        ("lost_answer", 0),  # the piece is there: going on from our own count would meet a 416
        ("lost_answer", 1),
        ("truncate", 1),
        ("throttle", 0),
        ("throttle", 1),
        ("throttle", 2),
    ],
)
def test_a_failed_piece_is_taken_up_where_the_session_stands(
    state: TenantState, tenant: MicrosoftTenant, faults: Faults, kind: str, skip: int
) -> None:
    rule = faults.set(PIECE, kind, times=1, skip=skip, retry_after=0)
    tenant.upload(PATH, LARGE, "application/pdf")
    assert rule.used == 1
    assert stored(state) == LARGE


def test_a_piece_that_was_received_already_is_not_sent_again(
    state: TenantState, tenant: MicrosoftTenant, faults: Faults
) -> None:
    """The state can't be read after the lost answer, so the repeat meets 416 and goes on."""
    faults.set(PIECE, "lost_answer", times=1)
    state_read = faults.set("GET /upload/*", "reset", times=1)
    tenant.upload(PATH, LARGE, "application/pdf")
    assert state_read.used == 1
    assert stored(state) == LARGE


def test_a_session_whose_state_can_not_be_read_once_is_asked_again(
    state: TenantState, tenant: MicrosoftTenant, faults: Faults
) -> None:
    faults.set(PIECE, "lost_answer", times=1)
    faults.set("GET /upload/*", "status", status=500, times=1)
    tenant.upload(PATH, LARGE, "application/pdf")
    assert stored(state) == LARGE


def test_a_lost_last_answer_asks_for_a_repeat_that_is_harmless(
    state: TenantState, tenant: MicrosoftTenant, faults: Faults
) -> None:
    faults.set(PIECE, "lost_answer", times=1, skip=2)
    with pytest.raises(ConnectorError, match="upload again") as error:
        tenant.upload(PATH, LARGE, "application/pdf")
    assert not error.value.permanent
    tenant.upload(PATH, LARGE, "application/pdf")
    assert list(state.files) == [PATH.lower()]
    assert stored(state) == LARGE


@pytest.mark.parametrize("skip", [0, 1, 2])
def test_a_session_that_is_gone_at_any_piece_is_begun_anew_by_the_repeat(
    state: TenantState, tenant: MicrosoftTenant, faults: Faults, skip: int
) -> None:
    faults.set(PIECE, "status", status=404, times=1, skip=skip)
    with pytest.raises(ConnectorError, match="upload again") as error:
        tenant.upload(PATH, LARGE, "application/pdf")
    assert not error.value.permanent
    assert state.files == {}
    tenant.upload(PATH, LARGE, "application/pdf")
    assert stored(state) == LARGE


def test_pieces_that_always_fail_are_given_up(
    tenant: MicrosoftTenant, state: TenantState, faults: Faults
) -> None:
    rule = faults.set(PIECE, "reset")
    with pytest.raises(ConnectorError) as error:
        tenant.upload(PATH, LARGE, "application/pdf")
    assert not error.value.permanent
    assert rule.used == upload_module.FAILURES_IN_A_ROW
    assert state.files == {}


def test_a_long_pause_is_handed_to_the_caller(tenant: MicrosoftTenant, faults: Faults) -> None:
    faults.set(PIECE, "throttle", retry_after=315)
    with pytest.raises(ConnectorError) as error:
        tenant.upload(PATH, LARGE, "application/pdf")
    assert error.value.retry_after_s == pytest.approx(315, abs=2)


@pytest.mark.parametrize("status", [507, 423, 404, 403])
def test_a_refused_small_file_says_why(
    tenant: MicrosoftTenant, faults: Faults, status: int
) -> None:
    faults.set("PUT /v1.0/*", "status", status=status)
    with pytest.raises(ConnectorError, match=f"answered {status}") as error:
        tenant.upload(PATH, b"x", "text/html")
    assert error.value.permanent is (status in (403, 404))
