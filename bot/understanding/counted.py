"""What both trainings learn from, as a matrix. Like them, not part of the running assistant: it needs numpy and scipy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from scipy.sparse import csr_matrix


def counted(rows: Iterable[Sequence[Sequence[int]]], columns: int) -> csr_matrix:
    """One row per text: of each kind of its features the counts, divided by the root of how many features of that kind there are."""
    places: list[np.ndarray] = []
    features: list[np.ndarray] = []
    values: list[np.ndarray] = []
    height = 0
    for row, kinds in enumerate(rows):
        height = row + 1
        for kind in kinds:
            if kind:
                found, counts = np.unique(kind, return_counts=True)
                places.append(np.full(len(found), row))
                features.append(found)
                values.append(counts / np.sqrt(len(kind)))
    return csr_matrix((np.concatenate(values), (np.concatenate(places), np.concatenate(features))), shape=(height, columns))
