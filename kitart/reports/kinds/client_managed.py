"""A system of the client's: calls are answered, its repair is the client's (R44-R46, E46)."""

from __future__ import annotations

from kitart.reports.kinds.words import SystemWords
from kitart.reports.terms import N_

CLIENT_MANAGED = SystemWords(
    may_fail_at_opening=N_("When service opens at {at}, our agents may be unable to use {system}."),
    fails=N_("Our agents for {lines} cannot use {system} at present."),
    fails_at_times=N_("Our agents for {lines} can use {system} only at times."),
    may_fail=N_("Our agents for {lines} may not be able to use {system}; we are checking."),
    failed_once=N_("Our agents for {lines} could not use {system} from {start} to {end}."),
    failed_often=N_(
        "From {start} to {end} our agents for {lines} could use {system} only at times."
    ),
    back_tested=N_("It works again, tried by our agents at {at}."),
    back_untested=N_("It works again; our agents are trying it."),
    felt=N_(
        "Calls are answered. Our agents cannot look anything up in your system or enter "
        "anything in it."
    ),
    felt_at_times=N_(
        "Calls are answered. Our agents can look things up in your system and enter them only "
        "at times."
    ),
    felt_after=N_("Calls are answered as usual, and our agents can use your system again."),
    felt_after_untested=N_(
        "Calls are answered as usual. Our agents should be able to use your system again."
    ),
    cover=N_("No emergency cover is needed: calls go on being answered by the usual agents."),
    tested=N_("Our agents used {system} again and it worked by {at}."),
    is_it_tested=N_("Whether our agents can work in your system again: they are trying it."),
    testing=N_("Our agents are trying your system."),
    proof_title=N_("Proof that our agents can use the system"),
    one_test="test",
    working_on_it=N_(
        "The system is yours to repair. We watch from our side whether our agents can use it."
    ),
    request=N_("Please repair your system, and tell us when it works again."),
    forecast_unknown=N_("Not known to us. Please tell us when you expect your system to be back."),
)
