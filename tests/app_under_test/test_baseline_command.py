"""The work alone, with pictures that it cannot be done with."""

import pickle

import pytest
from django.core.management import CommandError, call_command

from pictures.reasons import ERRORS, PictureError
from tests.app_under_test.picture_files import damaged_jpeg, jpeg


def test_a_picture_that_cannot_be_worked_on_is_named_at_once(tmp_path, external_resource):
    """The second of two processes begins with it, and the first does not wait for its start."""
    pictures = [tmp_path / "good.jpg", tmp_path / "damaged.jpg"]
    for path, data in zip(pictures, (jpeg(), damaged_jpeg()), strict=True):
        path.write_bytes(data)

    with pytest.raises(CommandError, match=r"/damaged\.jpg cannot be processed: The picture is damaged"):
        call_command("baseline", *map(str, pictures), processes=2, seconds=0.1, output=tmp_path / "baseline.csv")


def test_the_error_of_another_process_arrives_as_it_was():
    for reason in ERRORS:
        arrived = pickle.loads(pickle.dumps(PictureError(reason)))

        assert (arrived.reason, str(arrived)) == (reason, ERRORS[reason].detail)
