"""Which messages may wait a few minutes: those that only inform (D16).

Held is only what a person loses nothing by at three in the morning. What asks for an answer or an
action goes at once, and so does what takes it back: nobody shall work on what is not wanted any
more. What goes to clients and suppliers keeps times of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

Nature = Literal["asks", "informs", "outside"]

TOGETHER = "news-together"

NATURES: Mapping[str, Nature] = {
    "ert-alarm": "asks",
    "ert-reminder": "asks",
    "am-information": "asks",  # to be confirmed (R15)
    "priority-question": "asks",
    "approval-request": "asks",
    "divert-question": "asks",
    "relief": "asks",  # who is in charge from now on
    "divert-task": "asks",
    "supplier-fault-report": "outside",
    "supplier-input-missing": "outside",
    "input-missing": "asks",  # to go after it, before anybody else does
    "input-fallback": "asks",  # to work with something else from now on
    "supplier-ticket-question": "asks",
    "internal-fault-report": "asks",  # to look into the fault, with the evidence for it
    "internal-alert": "informs",
    "test-call-task": "asks",
    "client-first-notification": "outside",
    "client-limited-service": "outside",
    "client-recovery": "outside",
    "client-report": "outside",
    "manual-logging": "asks",  # to have calls logged by hand from now on
    "decision-request": "asks",
    "deadline-missed": "asks",  # to step in
    "recovery-time": "informs",
    "escalation": "asks",
    "crisis-call": "asks",
    "brought-in": "asks",
    "paper-plan": "asks",
    "paper-over": "asks",  # to put the paper away, and to enter what was done meanwhile
    "run-crashed": "asks",  # to look at what crashed
    "clock-set": "asks",  # to look whether the clock is right now, and at what is waited for
    "contact-test": "asks",
    "contact-test-result": "informs",
    "exercise-inject": "asks",  # what to act on now
    "exercise-left": "asks",  # to leave the exercise alone
    "exercise-over": "asks",  # takes back what was asked in it
    "readiness-worse": "asks",  # of no incident, sent by day: never held with an incident's news
    "legal-awareness": "asks",
    "legal-clock": "asks",  # to do what the law or a contract asks, and to record it
    "after-action-wanted": "asks",  # to write down what only they know
    "review-due": "asks",  # to review the plan
    "plan-version": "asks",  # to read it, and to say so
    "hot-wash": "asks",  # for a word while it is fresh
    "exercise-record-wanted": "asks",  # to write down what only they know
    "serious-finding": "asks",  # to act before the record is written
    "action-due": "asks",  # to do it, or to say that it is done
    "answer-relayed": "asks",  # to object, if it is not theirs
    "withdrawn": "asks",  # takes back a question
    "backup-call": "asks",
    "backup-reminder": "asks",
    "backup-confirmed": "asks",
    "cover-news": "informs",
    "backup-warning": "asks",  # to be ready
    "cover-ends": "asks",  # to log out then
    "roll-call": "asks",  # who may be in danger
    "stand-down": "asks",  # takes back the calling out
    "false-alarm-correction": "outside",
    TOGETHER: "informs",
}

INFORMS = frozenset(purpose for purpose, nature in NATURES.items() if nature == "informs")


def may_wait(purpose: str, values: Mapping[str, Any]) -> bool:
    """Whether a message may be held; with a link of its own it asks for something after all."""
    return purpose in INFORMS and not values.get("link")
