from analysis.metrics.equivalence import same


def test_what_is_more_than_a_tenth_above_the_other_is_not_the_same() -> None:
    assert same(100, 110)
    assert same(110, 100)
    assert not same(100, 110.7)
    assert not same(110.7, 100)
