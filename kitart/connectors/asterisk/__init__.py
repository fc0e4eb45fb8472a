"""Asterisk: its manager over HTTP, its REST interface, its records and voicemail boxes."""

from kitart.connectors.asterisk.platform import PLATFORM, Asterisk

__all__ = ["PLATFORM", "Asterisk"]
