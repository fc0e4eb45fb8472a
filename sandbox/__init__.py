"""A stand-in outside world on loopback: used by tests and the demo alone."""
