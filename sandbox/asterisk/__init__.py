"""A real telephone system in the sandbox: Asterisk, run from a folder on loopback."""
