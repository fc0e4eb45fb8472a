"""What the storm is compared with: FastAPI that writes each post to SQLite, and does nothing else.

``python -m benchmarks.bare FOLDER PORT`` serves it. It commits as the journal does: WAL, and the
disk waited for before the answer.
"""

from __future__ import annotations

import sqlite3
import sys
import threading
from pathlib import Path

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool


def bare_app(folder: Path) -> FastAPI:
    """One route, one table, one insert and one commit a post."""
    app = FastAPI()
    database = sqlite3.connect(
        folder / "bare.db", isolation_level=None, check_same_thread=False, timeout=15
    )
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE posts (id INTEGER PRIMARY KEY, body TEXT)")
    turn = threading.Lock()

    def insert(body: str) -> None:
        with turn:
            database.execute("INSERT INTO posts (body) VALUES (?)", (body,))

    @app.post("/posts", status_code=202)
    async def receive(request: Request) -> JSONResponse:
        body = (await request.body()).decode()
        await run_in_threadpool(insert, body)
        return JSONResponse({"kept": 1}, status_code=202)

    return app


if __name__ == "__main__":
    uvicorn.run(
        bare_app(Path(sys.argv[1])), port=int(sys.argv[2]), log_config=None, access_log=False,
        server_header=False,
    )  # fmt: skip
