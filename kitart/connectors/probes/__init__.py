"""Looks at systems from our side, one small file a kind; none ever raises, each has a limit.

Down is what a failure of the other side shows: refused, reset, silent, a server error, the wrong
answer. Can't tell is what may be ours: a certificate that we don't trust, a refusal of us, a
pause that was asked for.
"""

from __future__ import annotations

from pathlib import Path

from kitart.connectors.probes import dns, https, smtp, tcp
from kitart.connectors.probes.look import ProbeLook
from kitart.plan.probes import DnsProbe, HttpsProbe, OwnProbe, TcpProbe

__all__ = ["ProbeLook", "look"]


def look(probe: OwnProbe, *, ca_file: Path | None = None) -> ProbeLook:
    """One look; ``ca_file`` are the roots that https trusts beside none, else the usual ones."""
    if isinstance(probe, HttpsProbe):
        return https.look(probe, ca_file=ca_file)
    if isinstance(probe, TcpProbe):
        return tcp.look(probe)
    if isinstance(probe, DnsProbe):
        return dns.look(probe)
    return smtp.look(probe)
