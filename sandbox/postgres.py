"""A PostgreSQL server of our own, where the machine has the programs for one."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg


@contextmanager
def postgres() -> Iterator[str | None]:
    """The address of an empty database until the block ends; ``None`` without ``pg_ctl``.

    The server is durable as installed: it waits for the disk at each commit.
    """
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    found = installed[-1] if installed else shutil.which("pg_ctl")
    if found is None:
        yield None
        return
    # A socket's path must be short, and the server's own user must be able to reach it.
    folder = Path(tempfile.mkdtemp(prefix="kpg"))
    user = server_user(folder)
    data = str(folder / "data")

    def run(program: str, *words: str) -> None:
        command = [str(Path(found).parent / program), *words]
        subprocess.run(command, user=user, cwd=folder, capture_output=True, timeout=60, check=True)

    try:
        run("initdb", "-D", data, "-A", "trust", "-U", "kitart", "-E", "UTF8")
        options = f"-c listen_addresses='' -k {folder} -c max_connections=400"  # as deploy has it
        run("pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"postgresql://kitart@/postgres?host={folder}"
        finally:
            run("pg_ctl", "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def server_user(folder: Path) -> int | None:
    """PostgreSQL refuses to run as root: then its own user runs it, or nobody."""
    if os.getuid() != 0:
        return None
    try:
        user = pwd.getpwnam("postgres")
    except KeyError:
        user = pwd.getpwnam("nobody")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return user.pw_uid


def new_database(server: str) -> str:
    """The address of one more empty database on the server of ``postgres()``."""
    name = f"kitart{secrets.token_hex(4)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
    return server.replace("/postgres?", f"/{name}?")
