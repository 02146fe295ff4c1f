# SPDX-License-Identifier: Apache-2.0
"""Judges documents from anywhere beyond their schemas: the bytes, what they claim to be, rules that no schema says.

`reading` turns bytes into a value in bounded time, `detect` names the format, `cna_rules` and `osv_rules` hold what
CNAs and databases ask for. The test suites of CSAF stand in `csaf_suite`; `services.documents.lint` runs it all.
"""
