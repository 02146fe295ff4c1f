# SPDX-License-Identifier: Apache-2.0
"""What a forge says about security, and what a project says there: reports in, advisories out, both as plain values.

`reports` reads a private report, `fields` compares an advisory there with ours, `template` holds a text against a
repository's template, `suspects` finds public issues that look like reports, `scrub` makes a private report fit to be
one. Nothing here asks a forge anything: `services.forge` does.
"""
