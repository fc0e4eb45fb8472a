"""Which database the tests run on: SQLite, or PostgreSQL with ``--database postgresql``.

Tests of the journal itself run on both in every run. A test marked ``sqlite_only`` does to the
journal's file what a disk or another program would do to it, and is left out on PostgreSQL.
"""

from __future__ import annotations

import gc
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest

from kitart.reports import pdf
from tests.servers import Postgres, missing
from tests.telephone import Telephone

# How long an example takes says nothing on a machine that runs other tests beside it.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=("sqlite", "postgresql"), default="sqlite")


def pytest_collection_finish() -> None:
    # What is imported by now stays until the end: looking through it for garbage at every turn
    # would take a good part of the time of a story.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


SLOW = {"browser", "faults", "scenarios", "stories"}  # folders


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    # The longest first: what is left at the end is shared out among those who are free.
    items.sort(key=lambda item: not set(item.path.parts) & SLOW)
    if config.getoption("--database") == "sqlite":
        return
    on_files = [item for item in items if item.get_closest_marker("sqlite_only")]
    config.hook.pytest_deselected(items=on_files)
    items[:] = [item for item in items if item not in on_files]


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The PostgreSQL server of this test run; tests that stop one make their own."""
    server = Postgres()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def one_telephone() -> Iterator[Telephone]:
    """The telephone system of this test run."""
    one = Telephone()
    yield one
    one.remove()


@pytest.fixture
def telephone(one_telephone: Telephone) -> Telephone:
    """The telephone system, as new."""
    one_telephone.as_new()
    return one_telephone


@pytest.fixture(scope="session")
def pdf_pages() -> Callable[[bytes], list[str]]:
    """The text of each page of a PDF, as ``pdftotext`` reads it.

    Who asks for it is skipped where Pango or poppler is missing, and fails with
    ``KITART_REQUIRE_ALL=1``.
    """
    absent = [] if pdf.can_print() else ["Pango (libpango-1.0-0, libpangoft2-1.0-0)"]
    absent += [] if shutil.which("pdftotext") else ["pdftotext (poppler-utils)"]
    if absent:
        missing(f"not on this machine: {', '.join(absent)}")

    def pages(content: bytes) -> list[str]:
        done = subprocess.run(
            ["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, timeout=30
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.decode().split("\f")[:-1]

    return pages


@pytest.fixture
def without_pango(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """WeasyPrint is found and says what it says on a machine without Pango."""
    (tmp_path / "weasyprint.py").write_text(
        "raise OSError(\"cannot load library 'libpango-1.0-0': no such file\")\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    pdf.forget()
    yield
    pdf.forget()


@pytest.fixture(scope="session")
def new_postgres_database(postgres: Postgres) -> Callable[[], str]:
    """Make an empty database; its address."""
    return postgres.new_database


@pytest.fixture(scope="session")
def database_url(request: pytest.FixtureRequest) -> Callable[[], str]:
    """What to set as ``database_url`` for a new journal: nothing on SQLite, which is a file."""
    if request.config.getoption("--database") == "sqlite":
        return lambda: ""
    make: Callable[[], str] = request.getfixturevalue("new_postgres_database")
    return make
