"""Tries every connection of an installation and says what is missing (``kitart connect check``)."""
