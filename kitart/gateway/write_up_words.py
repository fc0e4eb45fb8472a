"""What the parts that people write are called on pages, and what helps to write them."""

from __future__ import annotations

from kitart.language import phrase
from kitart.rules.write_up import DONE, DROPPED, FAILED, OPEN, WORKS

SECTIONS = {
    "cause": phrase("The cause"),
    "detection": phrase("Detection"),
    "response": phrase("The response"),
    "people": phrase("People"),
    "agreement": phrase("The service agreement"),
    "supplier": phrase("The supplier"),
    "knowledge": phrase("Assumptions, open points, attachments"),
    "lessons": phrase("Lessons"),
    "acknowledgement": phrase("The client's acknowledgement"),
    "exercise-result": phrase("The result"),
    "exercise-course": phrase("People and course"),
    "exercise-effects": phrase("Effects of the exercise itself"),
    "exercise-changes": phrase("What is to change"),
    "exercise-client": phrase("Clients"),
}
PARTS = {
    "cause-direct": phrase("Direct cause"),
    "cause-root": phrase("Root cause"),
    "cause-factors": phrase("What contributed"),
    "cause-shown": phrase("How it was shown"),
    "cause-open": phrase("Not established: why, and what is still being done"),
    "detection": phrase("How it was found; could it have been found earlier?"),
    "response-short": phrase("What we did, in short, for the client"),
    "worked": phrase("What worked"),
    "failed": phrase("What did not work"),
    "luck": phrase("Where luck helped"),
    "departures": phrase("Departures from the plan, and why"),
    "overtime": phrase("Overtime: how many people, how many hours"),
    "rest": phrase("Rest that was given or agreed"),
    "agreement-periods": phrase("Periods in which the agreement was not met"),
    "agreement-exclusions": phrase("Exclusions that we claim"),
    "agreement-credits": phrase("Credits"),
    "agreement-confirmed": phrase("The client's confirmation"),
    "supplier-report": phrase("The supplier's own report: what it says, where it is attached"),
    "supplement": phrase("The report is still missing: what follows, by the day beside"),
    "assumptions": phrase("Assumptions, one in a line"),
    "open-points": phrase("Open points with their dates, one in a line"),
    "attachments": phrase("What is attached, one in a line"),
    "lessons": phrase("What we learned"),
    "plan-changes": phrase("Parts of the plan to change"),
    "training": phrase("Training that is needed"),
    "test-scenario": phrase("A test scenario to add"),
    "acknowledged": phrase("How the client said so, and what it said"),
}
PARTS |= {
    "exercise-result": phrase("Why it came out so, in total"),
    "exercise-people": phrase("Who else was there: observers, facilitators, by role"),
    "exercise-departures": phrase("Departures from the scenario, and why"),
    "exercise-effects": phrase("Calls missed, work held up"),
    "exercise-overtime": phrase("Overtime: how many people, how many hours"),
    "exercise-plan": phrase("Parts of the plan or the matrix to change"),
    "exercise-training": phrase("Training that is needed"),
    "exercise-next": phrase("What to exercise next, and when"),
    "exercise-client": phrase("Which clients were informed, and how"),
}
STATUSES = {
    OPEN: phrase("open"),
    DONE: phrase("done, its effect not checked yet"),
    WORKS: phrase("done, and it works"),
    FAILED: phrase("done, and it does not work"),
    DROPPED: phrase("dropped"),
}
ACTION_FIELDS = {
    "finding": phrase("Please write what was found."),
    "action": phrase("Please write what is to be done."),
    "owner": phrase("Please choose the role that sees to it."),
    "check": phrase("Please write how it will be checked that it works."),
    "status": phrase("Please choose how far it is."),
    "evidence": phrase("Done needs its evidence: please write what shows it."),
    "effect": phrase("Please write what the check showed, or why it is dropped."),
}
