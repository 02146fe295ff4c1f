# SPDX-License-Identifier: Apache-2.0
"""The tables. Every column in clear stands, with its reason, on the allow-list `tests/data/plaintext-columns.txt`."""

from tocsin.adapters.db.models.api import ApiTokenRow, RepeatRow
from tocsin.adapters.db.models.cases import (
    CaseKeyRow,
    CaseRow,
    DropRow,
    JournalRow,
    OutboxRow,
    RoomCopyRow,
    RoomRow,
    SnapshotRow,
)
from tocsin.adapters.db.models.log import LogCheckpoint, LogLeaf, LogNew, LogNode, LogPeer, LookRow
from tocsin.adapters.db.models.machine import AlarmRow, FactRow
from tocsin.adapters.db.models.people import Membership, Person, SignInLink
from tocsin.adapters.db.models.projects import Counter, PolicyVersion, Project
from tocsin.adapters.db.models.records import ArrivalRow, RecordRow
from tocsin.adapters.db.models.shared import CountRow, PassingRow, UnsentRow
from tocsin.adapters.db.models.shelf import Publication, PublishedAdvisory, PublishedDocument

__all__ = [
    "AlarmRow",
    "ApiTokenRow",
    "ArrivalRow",
    "CaseKeyRow",
    "CaseRow",
    "CountRow",
    "Counter",
    "DropRow",
    "FactRow",
    "JournalRow",
    "LogCheckpoint",
    "LogLeaf",
    "LogNew",
    "LogNode",
    "LogPeer",
    "LookRow",
    "Membership",
    "OutboxRow",
    "PassingRow",
    "Person",
    "PolicyVersion",
    "Project",
    "Publication",
    "PublishedAdvisory",
    "PublishedDocument",
    "RecordRow",
    "RepeatRow",
    "RoomCopyRow",
    "RoomRow",
    "SignInLink",
    "SnapshotRow",
    "UnsentRow",
]
