"""The sentences that depend on what the failed system is for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SystemWords:
    """The words of one kind of system: keys of the catalogues, filled in by ``Wording.say``.

    ``{lines}`` is "your German line", ``{system}`` the system's name, the others are moments.
    A field that is ``None`` leaves the sentence to what all kinds have in common.
    """

    # The headline, by the state: it is never "down" after it is up again (E31).
    may_fail_at_opening: str
    fails: str
    fails_at_times: str
    may_fail: str
    failed_once: str
    failed_often: str
    back_tested: str
    back_untested: str
    # What callers notice now (a4).
    felt: str
    felt_at_times: str
    felt_after: str
    felt_after_untested: str
    # Cover while it fails (a6); None: the diverts say.
    cover: str | None
    # How it is shown to work again.
    tested: str
    is_it_tested: str
    testing: str
    proof_title: str
    one_test: str
    # What is done, and what the client is asked for, until it is back.
    working_on_it: str
    request: str
    forecast_unknown: str
