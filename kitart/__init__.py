"""Kitart carries out the business continuity plan of a multilingual call centre."""

__version__ = "0.1.0"
