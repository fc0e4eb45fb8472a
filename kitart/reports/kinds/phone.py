"""A system that carries the calls: while it fails, callers reach nobody."""

from __future__ import annotations

from kitart.reports.kinds.words import SystemWords
from kitart.reports.terms import N_

PHONE = SystemWords(
    may_fail_at_opening=N_("When service opens at {at}, calls to {lines} may not reach us."),
    fails=N_("Calls to {lines} do not reach us at present."),
    fails_at_times=N_("Calls to {lines} get through only at times."),
    may_fail=N_("Calls to {lines} may not be reaching us; we are checking."),
    failed_once=N_("{lines} could not be reached from {start} to {end}."),
    failed_often=N_("Calls to {lines} were disturbed from {start} to {end}."),
    back_tested=N_("Service is back, tested at {at}."),
    back_untested=N_("Service is back, being tested."),
    felt=N_("Calls do not reach our agents. Callers may hear silence or a busy tone."),
    felt_at_times=N_("Some calls get through, others hear silence or a busy tone."),
    felt_after=N_("Calls reach our agents again, as usual."),
    felt_after_untested=N_("Calls should reach our agents again; test calls are under way."),
    cover=None,
    tested=N_("Calls were shown to get through on each affected line by {at}."),
    is_it_tested=N_("Whether every affected line works: test calls are under way."),
    testing=N_("Test calls to each affected line."),
    proof_title=N_("Proof that calls get through"),
    one_test="test call",
    working_on_it=N_("Our emergency response team is working on the fault."),
    request=N_("Nothing at present."),
    forecast_unknown=N_("Not yet known."),
)
