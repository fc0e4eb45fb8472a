"""The journal on SQLite and on PostgreSQL, each test with a database of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from kitart.journal import incidents, plans
from kitart.journal.database import Journal
from kitart.journal.incidents import Opened, Report
from kitart.journal.upgrading import upgrade

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
PLAN_HASH = "0" * 64


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL server of this test run, on a socket in a folder of its own."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    found = programs[-1] if programs else shutil.which("pg_ctl")
    if found is None:
        reason = "no PostgreSQL server (pg_ctl) on this machine"
        if os.environ.get("KITART_REQUIRE_ALL") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    # A socket's path must be short, and the server's own user must be able to reach it.
    folder = Path(tempfile.mkdtemp(prefix="kpg"))
    as_user = _server_user(folder)
    bin_folder = Path(found).parent
    data = folder / "data"

    def run(program: str, *words: str) -> None:
        command = [str(bin_folder / program), *words]
        done = subprocess.run(
            command, user=as_user, cwd=folder, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, f"{command}: {done.stderr or done.stdout}"

    run("initdb", "-D", str(data), "-A", "trust", "-U", "kitart", "-E", "UTF8", "--no-sync")
    options = f"-c listen_addresses='' -k {folder} -c max_connections=200 -c fsync=off"
    run("pg_ctl", "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
    yield str(folder)
    run("pg_ctl", "-D", str(data), "-m", "immediate", "stop")
    shutil.rmtree(folder, ignore_errors=True)


def _server_user(folder: Path) -> int | None:
    """PostgreSQL refuses to run as root: then its own user runs it."""
    if os.getuid() != 0:
        return None
    try:
        user = pwd.getpwnam("postgres")
    except KeyError:
        user = pwd.getpwnam("nobody")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return user.pw_uid


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'journal.db'}"
    folder = request.getfixturevalue("postgres")
    name = f"k{uuid.uuid4().hex}"
    with psycopg.connect(
        host=folder, user="kitart", dbname="postgres", autocommit=True
    ) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"postgresql://kitart@/{name}?host={folder}"


@pytest.fixture
def empty_journal(address: str) -> Iterator[Journal]:
    journal = Journal(address)
    yield journal
    journal.close()


@pytest.fixture
def journal(empty_journal: Journal) -> Journal:
    """A journal of this version with one plan in it."""
    upgrade(empty_journal)
    with empty_journal.write() as session:
        plans.keep(session, PLAN_HASH, {"a": "plan"}, now=NOW)
    return empty_journal


@pytest.fixture
def open_one(journal: Journal) -> Callable[..., Opened]:
    """Open an incident for a system, or join its open one."""

    def make(system: str = "VCC", *, at: datetime = NOW, exercise: bool = False) -> Opened:
        with journal.write() as session:
            return incidents.open_or_join(
                session,
                Report(
                    kind="vital systems offline",
                    system_id=system,
                    title=f"{system} offline",
                    cause_at=at,
                    reported_at=at,
                    reported_by="monitor test",
                    priority_proposed="P1",
                    plan_hash=PLAN_HASH,
                    exercise=exercise,
                ),
                now=NOW,
                real_now=NOW,
            )

    return make
