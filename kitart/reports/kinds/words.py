"""The sentences that depend on what the failed system is for."""

from __future__ import annotations

from dataclasses import dataclass

from kitart.reports.terms import N_


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
    # What is known and open, and what is watched until it counts as over.
    has_failed: str = N_("{system} has had a fault since {start}.")
    failed_and_back: str = N_("{system} failed at {start} and came back at {end} ({time} down).")
    when_back: str = N_("When the system will be working again.")
    stays_back: str = N_("Whether the system stays stable for {minutes} min.")
    watched: str = N_("Watching the system until it has been stable for {minutes} min.")
    # Said where the plan has no steps of its own for it (A21).
    plan_followed: str | None = None
    failed_count: str = N_("The system failed {count} times in that time.")
