"""Agents who can't work from where they are: nothing fails, people are missing (R16, R17)."""

from __future__ import annotations

from kitart.reports.kinds.words import SystemWords
from kitart.reports.terms import N_

WORKPLACE = SystemWords(
    may_fail_at_opening=N_("When service opens at {at}, {lines} may have fewer agents than usual."),
    fails=N_("Some of the usual agents of {lines} cannot work at present."),
    fails_at_times=N_("Some of the usual agents of {lines} can work only at times."),
    may_fail=N_("Some of the usual agents of {lines} may not be able to work; we are checking."),
    failed_once=N_("Some of the usual agents of {lines} could not work from {start} to {end}."),
    failed_often=N_("Some of the usual agents of {lines} could not work from {start} to {end}."),
    back_tested=N_("The usual agents answer again, tested at {at}."),
    back_untested=N_("The usual agents are back."),
    felt=N_("Callers may wait longer than usual."),
    felt_at_times=N_("Callers may wait longer than usual."),
    felt_after=N_("The usual agents answer calls, in the usual languages."),
    felt_after_untested=N_("The usual agents answer calls, in the usual languages."),
    cover=N_("Cover is being looked for."),
    tested=N_("The usual agents were shown to answer calls by {at}."),
    is_it_tested=N_("Whether calls are answered as usual: this is being shown."),
    testing=N_("Showing that calls are answered as usual."),
    proof_title=N_("Proof that calls are answered"),
    one_test="test",
    working_on_it=N_("Agents on standby are called out for the seats that are empty."),
    request=N_("Nothing at present."),
    forecast_unknown=N_("Not yet known when the usual agents can work again."),
    has_failed=N_("Some of the usual agents have not been able to work since {start}."),
    failed_and_back=N_("Usual agents could not work from {start} to {end} ({time})."),
    when_back=N_("When the usual agents can work again."),
    stays_back=N_("Whether the usual agents stay for {minutes} min."),
    watched=N_("Watching the queues until the usual agents have stayed for {minutes} min."),
    failed_count=N_("Usual agents were missing {count} times in that time."),
)
