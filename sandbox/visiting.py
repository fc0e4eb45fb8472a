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
    """Status and page in the end; tried again where the server fails, is busy or is away.

    Status None: nobody answered at all.
    """
    status: int | None = None
    page: Page | None = None
    for number in range(TRIES):
        if number:
            sleep_s(RETRY_PAUSE_S)
        try:
            response = call(method, url, data=form, timeout_s=GET_LIMIT_S, follow=True)
        except requests.RequestException:
            continue
        status, page = response.status_code, page_of(response.text, response.url)
        if status < 500 and status != 429:
            break
    return status, page
