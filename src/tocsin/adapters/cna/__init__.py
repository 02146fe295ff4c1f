# SPDX-License-Identifier: Apache-2.0
"""CVE Services: the client, and the target that publishes records."""

from tocsin.adapters.cna.client import CveServices
from tocsin.adapters.cna.target import CveRecords

__all__ = ["CveRecords", "CveServices"]
