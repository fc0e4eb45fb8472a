"""Legal clocks: which may run, from when on, until when (reports §5). Pure; it never decides."""
