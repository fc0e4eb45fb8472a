"""A stand-in Microsoft 365 tenant: Entra's sign-on and Graph, to be served over TLS.

``SandboxServer(tenant_app(state, faults), tls=certificate)`` runs it; ``state`` is what happened,
in plain Python, and ``GET /sandbox/mail``, ``/sandbox/files``, ``/sandbox/list/{name}`` tell the
same to another process.
"""

from __future__ import annotations

from sandbox.microsoft.app import tenant_app
from sandbox.microsoft.state import DeliveredMail, StoredFile, TenantState

__all__ = ["DeliveredMail", "StoredFile", "TenantState", "tenant_app"]
