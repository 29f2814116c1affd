"""Files of a stack that belong to no picture, and pictures that lack one."""

from loadtests.stack.app_client import classify_files


def test_each_file_is_a_picture_s_or_nobody_s_or_half_written():
    files = [
        ("originals", "a"),
        ("pictures", "a", "large.jpg"),
        ("pictures", "b", "large.jpg"),
        ("originals", "a.tmp"),
        ("stray",),
        ("partial", "0f3c"),
    ]

    assert classify_files(files, {"a": "queued"}) == {
        "of_pictures": 2,
        "of_none": 3,
        "half_written": 1,
        "incomplete": 0,
    }


def test_a_ready_picture_without_all_of_its_variants_is_incomplete():
    whole = [("pictures", "a", f"{name}.jpg") for name in ("large", "medium", "small")]
    states = {"a": "ready", "b": "ready", "c": "ready", "d": "failed"}

    assert classify_files([*whole, ("pictures", "b", "large.jpg"), ("originals", "c")], states)["incomplete"] == 2
