# SPDX-License-Identifier: Apache-2.0
"""Mail that comes in, step by step: `arriving` seals it where nothing can be opened, `taking` takes it apart in the
worker and finds what it belongs to, `posting` puts it there, `held` shows a person what no rule could place. The rules
themselves are `core.mail`; sending is elsewhere.
"""
