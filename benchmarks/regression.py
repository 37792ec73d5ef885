"""Logistic regression."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from bot.readers.types import logistic

Array = NDArray[np.float64]


def fitted(inputs: Array, right: Array, weights: Array | None = None) -> Array:
    """Coefficients of logistic regression by Newton's method.

    `inputs` has shape (samples, features), with a column of ones for the constant; `right` may lie between 0 and 1.
    """
    weights = np.ones(len(inputs)) if weights is None else weights
    coefficients = np.zeros(inputs.shape[1])
    for _ in range(50):
        chance = logistic(inputs @ coefficients)
        curvature = (inputs * (weights * chance * (1 - chance))[:, None]).T @ inputs
        coefficients += np.linalg.solve(curvature, inputs.T @ (weights * (right - chance)))
    return coefficients


def ranking(inputs: Sequence[Array], right: Sequence[Array]) -> Array:
    """Coefficients by which what is right comes first in its list: conditional logistic regression.

    Each list has inputs of shape (items, features) and a 1 for each item that is right; those without any tell nothing.
    """
    told = [(values, marks) for values, marks in zip(inputs, right, strict=True) if marks.any()]

    def loss(coefficients: Array) -> float:
        surprise = 0.01 * float(coefficients @ coefficients)
        for values, marks in told:
            scores = values @ coefficients
            surprise += np.logaddexp.reduce(scores) - np.logaddexp.reduce(scores[marks > 0])
        return surprise

    found: Array = minimize(loss, np.zeros(inputs[0].shape[1])).x
    return found
