# SPDX-License-Identifier: Apache-2.0
"""Reading for people: frozen view objects for the desk's pages, made after the reader was authorised.

Templates and JSON get these and never a model, so redaction happens once, here. Nothing in this package writes.
"""
