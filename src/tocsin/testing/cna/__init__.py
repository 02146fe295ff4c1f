# SPDX-License-Identifier: Apache-2.0
"""A small CVE Services: it keeps ids and records, and holds every request and answer against the official description.

For tests, for `tocsin demo`, and for who wants to try a publication without touching the real service.
"""

from tocsin.testing.cna.double import KEY, ORG, ORG_ID, USER, CveServicesDouble
from tocsin.testing.doubles import Fault

__all__ = ["KEY", "ORG", "ORG_ID", "USER", "CveServicesDouble", "Fault"]
