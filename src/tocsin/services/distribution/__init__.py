# SPDX-License-Identifier: Apache-2.0
"""Distributors of a project: how they come and go, whom a case concerns, packages, and who saw what when.

A distributor is a party in each case it is told of, with a room of its own and a consent to that embargo; before it
consented it learns nothing. What it is given is made for it alone and marked as its own.
"""
