"""Keeping a form in the Prefect UI for every open question, and taking the answers given there.

The gateway does it, one thread for all incidents: forms then neither hold up the asking nor die
with an incident's run, and an answer is heard while no run drives the incident (DESIGN,
decision 1). Each round compares the journal with the forms that stand; nothing is remembered that
the two don't know, so any gateway can go on where another stopped.
"""

from __future__ import annotations

import contextvars
import logging
import queue
import threading
from collections.abc import Callable

from kitart.clock import monotonic_s
from kitart.gateway import form_words
from kitart.gateway.body import clean
from kitart.gateway.deciding import take
from kitart.gateway.house import House
from kitart.gateway.visits import PREFECT_FORM, PREFECT_FORM_BY_CODE, Refused
from kitart.journal import approvals, documents, incidents, timeline
from kitart.journal.tables import Approval
from kitart.messaging.codes import is_code
from kitart.messaging.links import Link
from kitart.messaging.relayed import tell_relayed
from kitart.orchestrator import OrchestratorError
from kitart.plan.roles import role_name
from kitart.prefect_forms import FormBoard, Given, Sheet, Standing

log = logging.getLogger(__name__)

# Technical limits, on real time.
LOOK_EVERY_S = 0.5
SWEEP_EVERY_S = 10.0
TRY_AGAIN_AFTER_S = (0.5, 1.0, 2.0, 5.0, 10.0)
ANSWER_COMES_WITHIN_S = 5.0
MOST_WRONG_CODES = 5
TOO_MANY_WRONG_CODES = (
    "Not taken: too many wrong codes were given for this person. The link in the message works."
)
NO_ANSWER_CAME = "The form came back without an answer. Please answer again."


class Forms:
    """The forms of one installation."""

    def __init__(self, place: House, board: FormBoard) -> None:
        self._place = place
        self._board = board
        self._standing: dict[str, Standing] = {}
        self._resumed: dict[str, float] = {}
        self._sheets: dict[tuple[str, int], Sheet] = {}
        self._heard: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._failures = 0
        self._stop = threading.Event()
        self._relayed = threading.Event()
        self._threads = [
            _thread("forms", self._watch),
            _thread("form-events", lambda: board.listen(self._heard.put, self._stop)),
            _thread("relayed", self._tell_people),
        ]

    def start(self) -> None:
        """Begin to keep forms, in threads of their own."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop; the forms stay where they are, the next gateway finds them."""
        self._stop.set()
        self._relayed.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(timeout=5)

    def _watch(self) -> None:
        watch = self._place.inst.journal.watch()
        swept_at = look_at = float("-inf")
        due = True
        try:
            while not self._stop.wait(LOOK_EVERY_S):
                try:
                    changed = watch.changed()
                except Exception:
                    # The journal was away for a moment: the forms must outlive that.
                    log.exception("the journal could not be watched; watched anew")
                    watch.close()
                    watch = self._place.inst.journal.watch()
                    changed = True
                due |= changed | bool(self._resumed)
                if self._listen():
                    due, look_at = True, 0.0  # Prefect is there: no waiting for another try
                sweep = monotonic_s() - swept_at > SWEEP_EVERY_S or self._failures > 0
                if not (due or sweep) or monotonic_s() < look_at:
                    continue
                due = not self._round(sweep)
                if self._failures:
                    look_at = monotonic_s() + TRY_AGAIN_AFTER_S[self._failures - 1]
                elif sweep:
                    swept_at = monotonic_s()
        finally:
            watch.close()

    def _tell_people(self) -> None:
        """Tell people what was said for them, beside the forms: a slow provider holds up none."""
        while not self._stop.is_set():
            self._relayed.wait(SWEEP_EVERY_S)
            self._relayed.clear()
            try:
                tell_relayed(self._place.inst, PREFECT_FORM)
            except Exception:
                # As with the forms: the next round tries again.
                log.exception("telling people of relayed answers failed; tried again")

    def _listen(self) -> bool:
        """Note the runs that were resumed; whether there were any."""
        heard = False
        while not self._heard.empty():
            run = self._heard.get()
            if run in {form.run for form in self._standing.values()}:
                self._resumed.setdefault(run, monotonic_s())
                heard = True
        return heard

    def _round(self, sweep: bool) -> bool:
        """One look, which outlives whatever fails in it; whether all was done."""
        try:
            done = self.look(sweep=sweep)
        except OrchestratorError as error:
            if self._failures == 1:  # once is a server that is busy for a moment
                log.warning("forms in the Prefect UI: %s; tried again, links work", error)
        except Exception:
            log.exception("a round of the forms in the Prefect UI failed; the next one follows")
        else:
            if self._failures > 1:
                log.info("forms in the Prefect UI are kept again")
            self._failures = 0
            return done
        self._failures = min(self._failures + 1, len(TRY_AGAIN_AFTER_S))
        return False

    def look(self, *, sweep: bool) -> bool:
        """Take the answers that came, end what is settled, show what is asked.

        Breaks off when another answer is heard of, which goes first; whether all was done.
        Raises ``OrchestratorError`` when some of it could not be done, after all the rest was.
        """
        found = self._ours(self._board.standing()) if sweep else []
        wanted = self._wanted()
        if sweep:
            # One whose making was broken off is put up again, or ended with its question.
            found = [form for form in found if form.whole or form.question not in wanted]
            self._standing = {form.question: form for form in found}
            runs = {form.run for form in found}
            self._resumed = {run: at for run, at in self._resumed.items() if run in runs}
            for form in found:
                self._note(form)
        jobs: list[Callable[[], None]] = []
        for question, form in self._standing.items():
            if form.run in self._resumed:
                jobs.append(_job(self._take, form, wanted.get(question)))
            elif question not in wanted:
                jobs.append(_job(self._end, form))
        for question, sheet in wanted.items():
            shown = self._standing.get(question)
            if shown is None:
                jobs.append(_job(self._show, sheet))
            elif shown.mark != sheet.mark and shown.run not in self._resumed:
                jobs.append(_job(self._renew, shown, sheet))
        return self._do(jobs)

    def _ours(self, forms: list[Standing]) -> list[Standing]:
        """Without those of another installation, or of an earlier journal: they are left alone."""
        with self._place.inst.journal.read() as session:
            return [f for f in forms if approvals.with_key(session, f.question) is not None]

    def _do(self, jobs: list[Callable[[], None]]) -> bool:
        failed: OrchestratorError | None = None
        for job in jobs:
            if self._stop.is_set() or not self._heard.empty():
                return False
            try:
                job()
            except OrchestratorError as error:
                failed = failed or error
        if failed is not None:
            raise failed
        return True

    def _wanted(self) -> dict[str, Sheet]:
        """What the form of each open question must show."""
        with self._place.inst.journal.read() as session:
            rows = approvals.still_open(session)
            sheets = {}
            for row in rows:
                about = (row.key, len(row.asked_of))
                if (sheet := self._sheets.get(about)) is None:
                    sheet = form_words.sheet(
                        self._place.inst.plan_of(row.incident),
                        incidents.get(session, row.incident),
                        row,
                        documents.get(session, row.document_id) if row.document_id else None,
                    )
                sheets[about] = sheet
        self._sheets = sheets
        return {sheet.question: sheet for sheet in sheets.values()}

    def _show(self, sheet: Sheet) -> None:
        form = self._standing[sheet.question] = self._board.put_up(sheet)
        self._note(form)

    def _note(self, form: Standing) -> None:
        if form.whole and not form.waits:
            self._resumed.setdefault(form.run, monotonic_s())

    def _renew(self, form: Standing, sheet: Sheet) -> None:
        """Show what changed (one more person was asked); an answer just given is not lost."""
        self._standing[sheet.question] = self._board.change(form.run, sheet)
        if self._board.answers(form.run):
            self._resumed[form.run] = monotonic_s()
            self._take(self._standing[sheet.question], sheet)

    def _take(self, form: Standing, sheet: Sheet | None) -> None:
        """Write what was answered into the journal, then end the form or ask again."""
        given = self._board.answers(form.run)
        if not given and monotonic_s() - self._resumed[form.run] < ANSWER_COMES_WITHIN_S:
            return  # the event can come before the answer is stored
        problems = [problem for one in given if (problem := self._record(form, one))]
        if not self._waits(form.question):
            self._end(form, problems)
        elif sheet is not None:
            problem = " ".join(problems) or NO_ANSWER_CAME
            self._standing[form.question] = self._board.change(form.run, sheet, problem)
            del self._resumed[form.run]

    def _record(self, form: Standing, given: Given) -> str:
        """Put an answer into the journal, then away; what is wrong with it, or nothing.

        Taken twice (the gateway stopped in between), it is recorded once.
        """
        with self._place.inst.journal.read() as session:
            row = approvals.with_key(session, form.question)
        problem = "" if row is None else relay(self._place, row, form.version, given)
        log.info("%s: answered in the Prefect UI%s", form.question,
                 f", not taken: {problem}" if problem else "")  # fmt: skip
        self._board.put_away(given)
        self._relayed.set()
        return problem

    def _waits(self, question: str) -> bool:
        with self._place.inst.journal.read() as session:
            return any(row.key == question for row in approvals.still_open(session))

    def _end(self, form: Standing, problems: list[str] | None = None) -> None:
        """Complete a form, with what became of the question and of each answer given by it.

        Looked into before and after: an answer that came while it ended is told of, too.
        """
        said = list(problems or [])
        for look in range(3):
            given = self._board.answers(form.run)
            said += [problem for one in given if (problem := self._record(form, one))]
            if look == 0 or given:
                self._board.take_down(form.run, " ".join([self._became(form.question), *said]))
            if look > 0 and not given:
                break
        del self._standing[form.question]
        self._resumed.pop(form.run, None)

    def _became(self, question: str) -> str:
        with self._place.inst.journal.read() as session:
            row = approvals.with_key(session, question)
            assert row is not None
            return form_words.ended(
                self._place.inst.plan_of(row.incident),
                row,
                approvals.decisions(session, row.id),
                incidents.get(session, row.incident),
            )


def relay(place: House, row: Approval, version: int, given: Given) -> str:
    """Record an answer that the operator of the Prefect UI relays for a person who was asked.

    It is checked and counted as an answer by link is; returns why it can't be, or "".
    """
    plan = place.inst.plan_of(row.incident)
    people = {form_words.person_label(plan, person): person for person in row.asked_of}
    person = people.get(given.person)
    if person is None:
        whom = f"“{given.person}” was not asked this" if given.person else "nobody is named"
        return f"Not taken: {whom}. Choose whose answer it is, of: {', '.join(people)}."
    via = PREFECT_FORM
    if given.code.strip():
        if problem := _wrong_code(place, row, person, given.code):
            return problem
        via = PREFECT_FORM_BY_CODE
    elif form_words.own_hand(row):
        return (
            f"Not taken: only the {given.person} can answer this. Give the code in that person's "
            "message."
        )
    values = {form_words.answer_label(option): option["value"] for option in row.options}
    link = Link("decide", str(row.id), person, version, place.inst.clock.now())
    try:
        fault = take(
            place, link, values.get(given.answer, given.answer), clean(given.words),
            via=via,
        )  # fmt: skip
    except Refused as refused:
        return f"Not taken: {refused}. {refused.what_helps}"
    return f"Not taken: {fault[1]}" if fault else ""


def _wrong_code(place: House, row: Approval, person: str, given: str) -> str:
    """Why a code is not taken, or ""; who guesses has few tries, and the links go on working."""
    if is_code(place.inst.settings, row.id, person, given):
        with place.inst.journal.read() as session:
            tried = approvals.wrong_codes(session, row.id, person)
        return "" if tried < MOST_WRONG_CODES else TOO_MANY_WRONG_CODES
    role = place.inst.plan_of(row.incident).person(person).kind
    with place.inst.journal.write() as session:
        tried = approvals.wrong_codes(session, row.id, person)
        if tried >= MOST_WRONG_CODES:
            return TOO_MANY_WRONG_CODES
        approvals.keep_wrong_code(
            session, row.id, person, role, via=PREFECT_FORM_BY_CODE, now=place.inst.clock.now()
        )
        timeline.append(
            session, row.incident, "wrong code",
            f"{row.title}: a wrong code was given in the Prefect UI for the {role_name(role)}",
            now=place.inst.clock.now(),
            data={"approval": row.id, "person": person, "tries": tried + 1},
        )  # fmt: skip
    return "Not taken: that is not the code in that person's newest message about this question."


def _job(work: Callable[..., None], *about: object) -> Callable[[], None]:
    return lambda: work(*about)


def _thread(name: str, work: Callable[[], None]) -> threading.Thread:
    # Prefect's settings belong to a context: the thread sees those of who made it.
    context = contextvars.copy_context()
    return threading.Thread(target=lambda: context.run(work), name=name, daemon=True)
