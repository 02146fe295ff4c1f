# SPDX-License-Identifier: Apache-2.0
"""The rules of mail that comes in: what a message is, which thread it belongs to, who it may speak for. Pure values in,
values out; taking bytes apart is `adapters.child`, sequencing is `services.mail`, and what goes out is not here.
"""
