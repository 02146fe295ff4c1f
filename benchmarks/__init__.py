# SPDX-License-Identifier: Apache-2.0
"""Benchmarks: medians, p99 and ratios against a named baseline measured in the same run. Never a timed test.

`./bench NAME` runs one; docs/benchmarks.md says what each measures, how, and against what. Ratios are the result: the
absolute numbers belong to the machine of the day.
"""
