"""The one error of every connector."""

from __future__ import annotations


class ConnectorError(Exception):
    """An outside system could not do what was asked.

    ``permanent`` says whether asking again can help: only what may pass is retried.
    ``retry_after_s`` is the other side's own word on when to come back, in seconds.
    ``may_have_gone``: the call left and no answer came, so that it may have been done all the same.
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool = False,
        retry_after_s: float | None = None,
        may_have_gone: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.permanent = permanent
        self.retry_after_s = retry_after_s
        self.may_have_gone = may_have_gone
