"""Something is missing that others give us: no system fails, and callers may feel it (R6, A21)."""

from __future__ import annotations

from kitart.reports.kinds.words import SystemWords
from kitart.reports.terms import N_

MISSING_INPUT = SystemWords(
    may_fail_at_opening=N_(
        "When service opens at {at}, our work for {lines} may lack an input: {system}."
    ),
    fails=N_("An input for our work for {lines} is missing at present: {system}."),
    fails_at_times=N_("An input for our work for {lines} comes only at times: {system}."),
    may_fail=N_("An input for our work for {lines} may be missing; we are checking: {system}."),
    failed_once=N_(
        "An input for our work for {lines} was missing from {start} to {end}: {system}."
    ),
    failed_often=N_(
        "An input for our work for {lines} was missing at times from {start} to {end}: {system}."
    ),
    back_tested=N_("It is here and in use, seen at {at}."),
    back_untested=N_("It is here; we are seeing whether it can be used."),
    felt=N_("Calls are answered. Answers may take longer or be less complete than usual."),
    felt_at_times=N_("Calls are answered. Answers may take longer or be less complete at times."),
    felt_after=N_("Calls are answered as usual."),
    felt_after_untested=N_("Calls are answered as usual."),
    cover=N_(
        "Where a seat stays empty because of it, cover is called out and reported separately."
    ),
    tested=N_("{system} was here and in use by {at}."),
    is_it_tested=N_("Whether we can work with the input: it is being used to see."),
    testing=N_("Working with the input, which proves that it is the right one."),
    proof_title=N_("Proof that the input is here and in use"),
    one_test="test",
    working_on_it=N_("Whoever supplies the input is being asked for it."),
    request=N_("Nothing at present."),
    forecast_unknown=N_("Not yet known when the input will be here."),
    has_failed=N_("{system} has been missing since {start}."),
    failed_and_back=N_("{system} was missing from {start} to {end} ({time})."),
    when_back=N_("When the input will be here."),
    stays_back=N_("Whether work goes on with the input for {minutes} min."),
    watched=N_("Watching until we have worked with the input for {minutes} min."),
    failed_count=N_("The input was missing {count} times in that time."),
    plan_followed=N_(
        "Our continuity plan has no procedure of its own for a missing input. Its general response "
        "steps were followed."
    ),
)
