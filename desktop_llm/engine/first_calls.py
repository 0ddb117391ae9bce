"""The same numbers in every process: torch's elementary functions are called once by one thread.

The math library inside torch (oneMKL before 2025) looks for the right kernel at the first call of
each function. When several threads make that call at once, one of them may get the fast kernel with
an error of 1.5e-4: measured for the first cosine in 3 of 40 processes, and enough for the same seed
to give another answer. https://github.com/pytorch/pytorch/issues/188792
"""

from __future__ import annotations

import functools

import torch

FUNCTIONS = (
    *("acos", "asin", "atan", "cos", "sin", "tan", "tanh", "sqrt", "rsqrt"),
    *("erf", "erfc", "erfinv", "exp", "expm1", "log", "log10", "log1p", "log2", "lgamma"),
)


@functools.cache
def settle_first_calls() -> None:
    """Let torch find its kernels; to be called before anything is computed. Takes a millisecond."""
    for dtype in (torch.float32, torch.float64):
        one = torch.full((1,), 0.5, dtype=dtype)
        for name in FUNCTIONS:
            getattr(torch, name)(one)
