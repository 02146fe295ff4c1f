# SPDX-License-Identifier: Apache-2.0
"""Signed webhooks of a project: who is told, deliveries with their retries, and the switch that makes events of them.

A delivery is a sealed record from the event until a week after it arrived. Each endpoint is tried at most once a minute
and at least every quarter of an hour while it fails; what waits for it goes out when it answers again. One that fails
for five days is switched off, and somebody is told.
"""
