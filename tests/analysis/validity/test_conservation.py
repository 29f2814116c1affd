"""How many pictures were in work at once, from stamps written down by hand."""

import math

import pandas as pd
import pytest

from analysis.validity.count_bounds import most_in_work


@pytest.mark.parametrize(
    ("spans", "most"),
    [
        ([], 0),
        ([(1.0, 2.0), (2.0, 3.0)], 1),
        ([(1.0, 2.0), (1.9995, 3.0)], 1),
        ([(1.0, 2.0), (1.5, 3.0), (1.7, 1.8)], 3),
        ([(1.0, math.nan), (1.5, 3.0)], 1),
    ],
    ids=["none", "one after the other", "stamps that cross by a hair", "three", "one whose worker died"],
)
def test_pictures_in_work_at_once(spans, most):
    assert most_in_work(pd.DataFrame(spans, columns=["started_at", "finished_at"])) == most
