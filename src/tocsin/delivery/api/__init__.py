# SPDX-License-Identifier: Apache-2.0
"""The API, `/api/v1`: what the desk can do, for programs.

Two halves in two processes: `desk` answers to tokens, `front` takes anonymous reports and shows what is published.
django-ninja finds the view and reads the parameters; values, their shapes and their refusals are those of `core.wire`
and `services.office`.
"""
