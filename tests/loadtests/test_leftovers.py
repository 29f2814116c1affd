"""Files of a stack that belong to no picture."""

from loadtests.stack.leftovers import sorted_out


def test_each_file_is_a_picture_s_or_nobody_s_or_half_written():
    files = [
        ("originals", "a"),
        ("pictures", "a", "large.jpg"),
        ("pictures", "b", "large.jpg"),
        ("originals", "a.tmp"),
        ("stray",),
        ("partial", "0f3c"),
    ]

    assert sorted_out(files, {"a"}) == {"of_pictures": 2, "of_none": 3, "half_written": 1}
