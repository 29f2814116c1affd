"""Files and bodies that nobody thought of: whatever comes, the endpoint answers, and what it refuses leaves nothing."""

import shutil
from pathlib import Path

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject, SearchStrategy

from pictures.models import Picture, State
from tests.app_under_test.bad_inputs import FORM, PIXELS, body, part
from tests.app_under_test.fuzz_seeds import FORMS, ODD_CHUNKS, SEEDS, TOKENS
from tests.app_under_test.picture_files import png, png_header

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore::UserWarning:PIL")]

some = settings(
    max_examples=200,
    # Each example clears away what it has made.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@st.composite
def mutated(draw: DataObject, whole: SearchStrategy[bytes]) -> bytes:
    """A file with a few bytes changed, pieces cut out, put in or doubled."""
    data = draw(whole)
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.sampled_from([1, 2, 4, 30, 1000])))
        piece = draw(st.one_of(st.binary(max_size=8), st.just(b""), st.just(data[start:end] * 2)))
        data = data[:start] + piece + data[end:]
    return data


@st.composite
def png_of_odd_chunks(draw: DataObject) -> bytes:
    """Chunks whose checksums are right, so that what is in them reaches the decoder."""
    chunk = st.tuples(st.sampled_from(ODD_CHUNKS), st.binary(max_size=30))
    header = draw(st.sampled_from([png_header(8, 8), (b"IHDR", b"\0\0\0\x08\0\0\0\x08" + draw(st.binary(max_size=5)))]))
    return png(header, *draw(st.lists(chunk, max_size=4)), (b"IDAT", PIXELS), *draw(st.lists(chunk, max_size=2)))


@pytest.fixture
def endpoint(client: Client, external_resource: str, settings) -> Client:
    # Small enough that a header which claims much costs little.
    settings.UPLOAD_MAX_PIXELS = 1_000_000
    return client


def assert_answered(endpoint: Client, media: Path, form: bytes) -> None:
    """No failure of the server; what was refused at the endpoint has left nothing, and what failed no pictures."""
    answer = endpoint.generic("POST", "/pictures/sync/", form, FORM)
    picture = Picture.objects.first()
    left = [path.name for path in media.rglob("*") if path.is_file()]
    if answer.status_code == 201:
        assert picture and picture.state == State.READY and len(left) == 4
    else:
        assert 400 <= answer.status_code < 500 and answer.json()["reason"]
        assert left == ([str(picture.id)] if picture else [])
    Picture.objects.all().delete()
    shutil.rmtree(media, ignore_errors=True)


@some
@given(file=st.one_of(st.binary(max_size=300), mutated(st.sampled_from(SEEDS)), png_of_odd_chunks()))
def test_any_file_is_answered(endpoint, media, file):
    assert_answered(endpoint, media, body(part("image", file, filename="a.jpg")))


@some
@given(form=st.lists(st.one_of(st.sampled_from(TOKENS), st.binary(max_size=20)), max_size=12).map(b"".join))
def test_any_body_is_answered(endpoint, media, form):
    assert_answered(endpoint, media, form)


@some
@given(form=mutated(st.sampled_from(FORMS)))
def test_a_form_with_pieces_changed_is_answered(endpoint, media, form):
    assert_answered(endpoint, media, form)
