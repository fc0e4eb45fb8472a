"""Where documents are filed: callers are not affected, the paperwork is."""

from __future__ import annotations

from kitart.reports.kinds.words import SystemWords
from kitart.reports.terms import N_

DOCUMENTS = SystemWords(
    may_fail_at_opening=N_("When service opens at {at}, {system} may not be working."),
    fails=N_("{system}, used for {lines}, is not working at present."),
    fails_at_times=N_("{system}, used for {lines}, works only at times."),
    may_fail=N_("{system}, used for {lines}, may not be working; we are checking."),
    failed_once=N_("{system}, used for {lines}, failed from {start} to {end}."),
    failed_often=N_("{system}, used for {lines}, failed from {start} to {end}."),
    back_tested=N_("It is back, tested at {at}."),
    back_untested=N_("It is back, being tested."),
    felt=N_("Calls are answered; agents may need longer while the system fails."),
    felt_at_times=N_("Calls are answered; agents may need longer while the system fails."),
    felt_after=N_("Calls are answered as usual."),
    felt_after_untested=N_("Calls are answered as usual."),
    cover=N_("No emergency cover is needed: calls go on being answered by the usual agents."),
    tested=N_("{system} was used again and worked by {at}."),
    is_it_tested=N_("Whether the system does again what it is for: it is being used to see."),
    testing=N_("Putting away what had to wait, which proves that it works."),
    proof_title=N_("Proof that the system works"),
    one_test="test",
    working_on_it=N_("Our emergency response team is working on the fault."),
    request=N_("Nothing at present."),
    forecast_unknown=N_("Not yet known."),
)
