"""Keeps addresses that are secrets out of the logs of the libraries that call them."""

from __future__ import annotations

import logging


def keep_addresses_out_of_logs() -> None:
    """From now on neither urllib3 nor Apprise logs an address; called again, nothing changes.

    urllib3 logs the path and query of each call at DEBUG, and the whole address of an answer with
    odd headers at WARNING. Apprise logs what it calls and gets. By filters, since whoever sets up
    logging later resets handlers and propagation, but not these.
    """
    for name in ("urllib3.connectionpool", "urllib3.connection"):
        logging.getLogger(name).addFilter(_without_addresses)
    logging.getLogger("apprise").addFilter(_nothing)


def _without_addresses(record: logging.LogRecord) -> bool:
    return record.levelno > logging.DEBUG and "url=" not in str(record.msg)


def _nothing(record: logging.LogRecord) -> bool:
    return False
