# SPDX-License-Identifier: Apache-2.0
"""Asking for a CVE id, and giving one back: wishes of people, which the worker carries out where the project is its own
CNA (S45)."""

from __future__ import annotations

from tocsin.core.vocabulary import Value


class RequestCve(Value, tag="request-cve"):
    """Ask for a CVE id by the policy's route; an own CNA's is reserved by the worker."""


class RejectCve(Value, tag="reject-cve"):
    """Have the case's CVE id rejected at CVE Services, for a reason that becomes public (CNA 4.2.4, 4.5.3.5)."""

    reason: str


CveCommand = RequestCve | RejectCve
