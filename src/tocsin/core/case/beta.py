# SPDX-License-Identifier: Apache-2.0
"""Quantiles of the beta distribution, from the standard library alone: the interval of an observed frequency.

The regularised incomplete beta function by its continued fraction (Lentz's method), inverted by bisection. Good to
better than nine decimals for counts up to a million; a statistics package would be a hundred megabytes for one number.

Source: NIST Digital Library of Mathematical Functions 8.17.22 (continued fraction), 8.17.4 (symmetry).
"""

from __future__ import annotations

from math import exp, lgamma, log, log1p
from typing import Final

_TINY: Final = 1e-300
_ENOUGH: Final = 1e-15
_TERMS: Final = 100_000
_HALVINGS: Final = 120


def beta_cdf(x: float, a: float, b: float) -> float:
    """Return the share of Beta(a, b) below `x`; a and b positive, x between 0 and 1."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    if x < (a + 1) / (a + b + 2):  # where the fraction converges fast; elsewhere by symmetry
        return front * _fraction(x, a, b) / a
    return 1 - front * _fraction(1 - x, b, a) / b


def beta_quantile(share: float, a: float, b: float) -> float:
    """Return the value below which `share` of Beta(a, b) lies; a and b positive, share between 0 and 1."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if beta_cdf(middle, a, b) < share else (low, middle)
    return (low + high) / 2


def _fraction(x: float, a: float, b: float) -> float:
    c, d = 1.0, 1 / _apart(1 - (a + b) * x / (a + 1))
    result = d
    for m in range(1, _TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1 / _apart(1 + term * d)
            c = _apart(1 + term / c)
            result *= c * d
        if abs(c * d - 1) < _ENOUGH:
            return result
    raise ArithmeticError("the continued fraction did not converge")


def _apart(value: float) -> float:
    """Keep a denominator away from zero, as Lentz's method asks."""
    return value if abs(value) > _TINY else _TINY
