# SPDX-License-Identifier: Apache-2.0
"""Counting, asking for and giving back CVE ids: wishes of people, which the worker carries out where the project is its
own CNA (S45)."""

from __future__ import annotations

from typing import Literal

from tocsin.core.case.cve_count import Counting
from tocsin.core.vocabulary import Value


class CountCve(Value, tag="count-cve"):
    """Answer the counting questions: how many ids the matter needs."""

    asked: Counting


class RequestCve(Value, tag="request-cve"):
    """Ask for a CVE id by the policy's route; an own CNA's is reserved by the worker. `to` is who is asked, where a
    person asks: another CNA by name, MITRE."""

    to: str = ""


class AnswerCve(Value, tag="answer-cve"):
    """Record what who was asked answered, where that is no id: then the next one may be asked (CNA 4.2.1.3)."""

    answer: Literal["refused", "no-vulnerability", "silent"]
    note: str = ""


class RejectCve(Value, tag="reject-cve"):
    """Have the case's CVE id rejected at CVE Services, for a reason that becomes public (CNA 4.2.4, 4.5.3.5)."""

    reason: str


CveCommand = CountCve | RequestCve | AnswerCve | RejectCve
