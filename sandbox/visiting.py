"""Going to a page with patience: tried again a few times, as a person would."""

from __future__ import annotations

import requests

from kitart.clock import sleep_s
from sandbox.calling import call
from sandbox.pages import Page, page_of

GET_LIMIT_S = 10.0
TRIES = 4
RETRY_PAUSE_S = 0.5


def visit(
    method: str, url: str, form: list[tuple[str, str]] | None = None
) -> tuple[int | None, Page | None]:
    """Status and page in the end, as ``fetch``."""
    status, text, address = _fetched(method, url, form)
    return status, None if status is None else page_of(text, address)


def fetch(
    method: str, url: str, form: list[tuple[str, str]] | None = None
) -> tuple[int | None, str]:
    """Status and text in the end; tried again where the server fails, is busy or is away.

    Status None: nobody answered at all.
    """
    return _fetched(method, url, form)[:2]


def _fetched(
    method: str, url: str, form: list[tuple[str, str]] | None
) -> tuple[int | None, str, str]:
    status: int | None = None
    text, address = "", url
    for number in range(TRIES):
        if number:
            sleep_s(RETRY_PAUSE_S)
        try:
            response = call(method, url, data=form, timeout_s=GET_LIMIT_S, follow=True)
        except requests.RequestException:
            continue
        status, text, address = response.status_code, response.text, response.url
        if status < 500 and status != 429:
            break
    return status, text, address
