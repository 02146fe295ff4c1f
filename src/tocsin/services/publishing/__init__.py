# SPDX-License-Identifier: Apache-2.0
"""Publication as a transaction over many places: the plan that people approve, and its steps, one target at a time.

`plan` shows what would go where, in exact bytes, and asks nobody. `carry` takes one step of an ordered plan, safe to
repeat and to be cut short anywhere. What the steps are and in which order is `core.publication`.
"""

from tocsin.services.publishing.carry import Later, carry
from tocsin.services.publishing.plan import Plan, Shown, order, plan

__all__ = ["Later", "Plan", "Shown", "carry", "order", "plan"]
