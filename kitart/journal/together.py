"""What several threads write about one thing, written in one transaction."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

T = TypeVar("T")

AT_ONCE = 50
"""The most in one transaction: whoever else writes about it waits for that."""


def nothing(_session: Session, _value: Any) -> None:
    """There is nothing that has to come last."""


def no_questions(_session: Session) -> None:
    """There is nothing to ask for all who write together."""


class _Write:
    """A thread's write: what it returned, or how it failed."""

    def __init__(
        self,
        write: Callable[[Session], Any],
        then: Callable[[Session, Any], None],
        ahead: Callable[[Session], None],
    ) -> None:
        self.write, self.then, self.ahead = write, then, ahead
        self.value: Any = None
        self.failure: Exception | None = None
        self.done = False


class Together:
    """Of the threads that write, one does at a time, and takes with it what waits by then.

    Nobody waits for company: who finds nobody writing writes at once. But of sixteen who come in
    one moment the last waits for two transactions and not for sixteen, and so does whoever wants
    the same rows from another process.
    """

    def __init__(self, transaction: Callable[[], AbstractContextManager[Session]]) -> None:
        self._transaction = transaction
        self._turn = threading.Lock()
        self._guard = threading.Lock()
        self._waiting: list[_Write] = []

    def write(
        self,
        write: Callable[[Session], T],
        then: Callable[[Session, T], None] = nothing,
        ahead: Callable[[Session], None] = no_questions,
    ) -> T:
        """What ``write`` returns, once it is committed; raises as it does, or as the commit.

        ``then`` is called with that, after all who write in this transaction have written: for the
        row that they all want, which is to be held last. ``ahead`` is called before any writes, and
        says what this one will ask for: the first then asks for all. Each may be called by another
        thread, and a second time where one beside it failed.
        """
        mine = _Write(write, then, ahead)
        with self._guard:
            self._waiting.append(mine)
        with self._turn:
            while not mine.done:
                with self._guard:
                    together, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
                self._write(together)
        if mine.failure is not None:
            raise mine.failure
        value: T = mine.value
        return value

    def _write(self, together: Sequence[_Write]) -> None:
        try:
            with self._transaction() as session:
                for each in together:
                    each.ahead(session)
                values = [each.write(session) for each in together]
                for each, value in zip(together, values, strict=True):
                    each.then(session, value)
        except Exception as error:
            alone = len(together) == 1 or isinstance(error, DBAPIError | PoolTimeout)
            for each in together:
                if alone:
                    each.failure, each.done = error, True
                else:  # one that fails fails only itself
                    self._write([each])
        else:
            for each, value in zip(together, values, strict=True):
                each.value, each.done = value, True
