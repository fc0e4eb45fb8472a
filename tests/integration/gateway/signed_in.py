"""A role holder who is signed in, as the tests of the pages use one."""

from __future__ import annotations

import re
from typing import Any

import requests

from kitart.messaging.sign_in_links import new_link


class Holder:
    """One browser of one role holder, over real sockets."""

    def __init__(self, place: Any, person: str) -> None:
        self.place = place
        self.browser = requests.Session()
        link = new_link(place.inst, person, by="operator")
        self.browser.post(link, timeout=10, allow_redirects=False)

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.browser.get(f"{self.place.server.url}{path}", timeout=20, **options)

    def post(self, path: str, key: str | None = None, **form: str) -> requests.Response:
        """Send a form; ``key`` is the page's own unless it is given."""
        form_key = self.form_key() if key is None else key
        return self.browser.post(
            f"{self.place.server.url}{path}", data={"form_key": form_key} | form,
            timeout=20, allow_redirects=False,
        )  # fmt: skip

    def form_key(self) -> str:
        found = re.search(r'name="form_key" value="(\w+)"', self.get("/board").text)
        assert found is not None
        return found[1]

    def sign_out(self) -> requests.Response:
        return self.post("/out")
