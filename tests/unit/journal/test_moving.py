"""A journal moved to another database is the same journal there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from kitart.journal import approvals, documents, incidents, observations, timeline
from kitart.journal.database import Journal, JournalError
from kitart.journal.moving import kept_tables, move
from kitart.journal.tables import Document
from kitart.language import phrase
from tests.new_journal import make_tables
from tests.unit.journal.conftest import NOW


def filled(journal: Journal) -> None:
    with journal.write() as session:
        for word in ("first", "második: ő és ű", "third"):
            timeline.append(session, "INC-0001", "note", word, now=NOW, data={"word": word})
        question = approvals.Question(
            key="INC-0001:q", incident="INC-0001", kind="close", title=phrase("False alarm"),
            text="", options=[], known=[], due_at=None,
        )  # fmt: skip
        approvals.ask(session, question, "ERT-1", now=NOW)
        observations.add(session, "VCC", "down", "probe", "no answer", now=NOW, latency_s=1.25)
        documents.add(
            session,
            Document(
                incident="INC-0001", client="CL-2", type="first-notification", running_number=1,
                version=1, state="draft", reason="", subject="s", html="<p>ő</p>", text="t",
                file_name="f.html", checksum="c", fingerprint="f", facts={"a": [1, None, "ű"]},
                valid_as_of=NOW, created_at=NOW, due_at=NOW + timedelta(minutes=30),
            ),
        )  # fmt: skip


def rows(journal: Journal) -> dict[str, list[dict[str, object]]]:
    with journal.read() as session:
        return {
            table.name: [
                dict(row)
                for row in session.execute(
                    sa.select(table).order_by(*table.primary_key.columns)
                ).mappings()
            ]
            for table in kept_tables()
        }


@pytest.fixture
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Journal]:
    kind = getattr(request, "param", "sqlite")
    address = (
        f"sqlite:///{tmp_path / 'other.db'}"
        if kind == "sqlite"
        else request.getfixturevalue("new_postgres_database")()
    )
    other = Journal(address)
    make_tables(other)
    yield other
    other.close()


@pytest.mark.covers("D1", "D2")
@pytest.mark.parametrize("target", ["sqlite", "postgresql"], indirect=True)
def test_every_row_arrives_and_the_numbers_go_on(
    journal: Journal, target: Journal, open_one: Callable[..., object]
) -> None:
    open_one()
    filled(journal)
    before = rows(journal)
    moved = move(journal, target, real_now=NOW)
    assert rows(target) == before == rows(journal)
    assert moved["timeline"] == len(before["timeline"]) >= 3
    with target.read() as session:
        asked = approvals.with_key(session, "INC-0001:q")
        assert asked is not None
        assert approvals.wording(asked, "hu").title == "Téves riasztás"
    with target.write() as session:
        timeline.append(session, "INC-0001", "note", "written after the move", now=NOW)
        row = incidents.get(session, "INC-0001")
        assert timeline.first_broken(session, row) is None
        assert row.entries == len(before["timeline"]) + 1


def test_nothing_is_moved_while_a_run_drives_an_incident(
    journal: Journal, target: Journal, open_one: Callable[..., object]
) -> None:
    open_one()
    with journal.write() as session:
        incidents.take_lease(session, "INC-0001", "run-1", real_now=NOW)
    with pytest.raises(JournalError, match="INC-0001: a run drives it now; stop the gateway"):
        move(journal, target, real_now=NOW)
    assert not any(rows(target).values())
    move(journal, target, real_now=NOW + timedelta(minutes=1))


def test_a_target_that_holds_something_is_refused(
    journal: Journal, target: Journal, open_one: Callable[..., object]
) -> None:
    open_one()
    move(journal, target, real_now=NOW)
    with pytest.raises(JournalError, match="right would be a new database"):
        move(journal, target, real_now=NOW)


@pytest.mark.covers("D1")
def test_a_record_that_was_tampered_with_is_not_moved(
    journal: Journal, target: Journal, open_one: Callable[..., object]
) -> None:
    open_one()
    filled(journal)
    with journal.write() as session:
        session.execute(sa.text("UPDATE timeline SET text = 'another' WHERE text = 'first'"))
    with pytest.raises(JournalError, match=r"INC-0001: its record is broken from entry \d+ on"):
        move(journal, target, real_now=NOW)
    assert not any(rows(target).values())


def test_a_target_without_tables_says_how_to_make_them(journal: Journal, tmp_path: Path) -> None:
    other = Journal(f"sqlite:///{tmp_path / 'empty.db'}")
    with pytest.raises(JournalError, match="kitart db upgrade"):
        move(journal, other, real_now=NOW)
    other.close()
