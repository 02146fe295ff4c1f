# SPDX-License-Identifier: Apache-2.0
"""The desk: inbox, case pages, people and policy, for people who have signed in. Works without script.

A view opens a case for a named person, shows frozen view objects, and ends every change at `services.cases.handle`.
What somebody may not see is answered byte for byte like what does not exist.
"""
