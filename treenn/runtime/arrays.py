"""Types of NumPy arrays, which many modules name."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

BoolArray = npt.NDArray[np.bool_]
DoubleArray = npt.NDArray[np.float64]
FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]
StoredArray = npt.NDArray[np.float32 | np.uint16]
"""float32, or the bits of bfloat16, a dtype that NumPy lacks."""
