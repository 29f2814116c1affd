"""Requests that nobody thought of, the same ones for the same seed. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from uuid import UUID

from tests.app_under_test.bad_inputs import FORM, PIXELS, REFUSED, REFUSED_BY_THE_WORK, TAKEN, body, part
from tests.app_under_test.fuzz_seeds import FORMS, ODD_CHUNKS, SEEDS, TOKENS
from tests.app_under_test.picture_files import png, png_header

KNOWN = tuple(bad.data for bad in (*REFUSED, *REFUSED_BY_THE_WORK, *TAKEN))

#: Lines that a head can have one more of.
FIELDS = (
    *(b"Transfer-Encoding: chunked", b"Transfer-Encoding: gzip, chunked", b"Transfer-Encoding: identity"),
    *(b"Content-Length: 5", b"Content-Length: -1", b"Content-Length: 99999999999", b"Content-Length: \xb2"),
    *(b"Expect: 100-continue", b"Expect: nothing", b"Host: evil.example", b"Connection: keep-alive, Upgrade"),
    *(b"Content-Type: application/json", b"Content-Encoding: gzip", b"Upgrade: h2c", b"Content-Type: \xff"),
    *(b"X-Trial: \xf0\x9f\x98\x80", b"X-Trial: " + b"t" * 200, b"X: " + b"y" * 9000, b"no colon", b" folded"),
    *(b"Cookie: sessionid=%00; csrftoken=" + b"c" * 64, b"Authorization: Bearer \xff", b"Range: bytes=5-1"),
    *(b"Idempotency-Key: ../../etc/passwd", b"Idempotency-Key: ", b"X-Forwarded-Proto: https", b"A\0B: c"),
)
METHODS = (b"GET", b"HEAD", b"POST", b"PUT", b"DELETE", b"OPTIONS", b"TRACE", b"BREW")
ADDRESSES = (
    *(b"/", b"/pictures/", b"/pictures/sync", b"/pictures.csv?trial=%00", b"/counts/?trial=a", b"/external_writes.csv"),
    *(b"/config/?workers=x", b"/healthz", b"/accounts/signup/", b"/accounts/welcome/", b"/admin/", b"/admin/login/"),
    *(b"/static/pictures/page.css", b"/static/../../project/settings.py", b"/static/%2e%2e/x", b"/static/pictures/%00"),
    *(b"/pictures/%00/", b"/pictures/../../etc/passwd", b"//evil.example/%2f..", b"/%ff%fe", b"*", b"http://[::1/"),
    *(b"/pictures/00000000-0000-0000-0000-000000000000/", b"/pictures/00000000-0000-0000-0000-000000000000/large.jpg"),
    *(b"/admin/pictures/picture/?q=%00", b"/?" + b"a=b&" * 1500, b"/" + b"p" * 5000),
)


@dataclass(frozen=True, kw_only=True)
class Case:
    """One request as it goes over the wire; a client that leaves does not wait for the answer."""

    kind: str
    data: bytes
    leaves: bool = False


def cases(seed: int) -> Iterator[Case]:
    """One case after the other, without end."""
    random = Random(seed)
    while True:
        kind = random.choice(tuple(_KINDS))
        yield _KINDS[kind](random)


def mutated(random: Random, data: bytes) -> bytes:
    """The data with a few bytes changed, and pieces cut out, put in or doubled."""
    for _ in range(random.randint(1, 4)):
        start = random.randint(0, len(data))
        end = min(len(data), start + random.choice([1, 2, 4, 30, 1000]))
        pieces = (random.randbytes(random.randint(0, 8)), b"", data[start:end] * 2)
        data = data[:start] + random.choice(pieces) + data[end:]
    return data


def _known(random: Random) -> Case:
    return Case(kind="a bad or odd file of the list", data=_upload(random, _file(random.choice(KNOWN))))


def _mutated_file(random: Random) -> Case:
    return Case(kind="a file in pieces", data=_upload(random, _file(mutated(random, random.choice(SEEDS)))))


def _odd_png(random: Random) -> Case:
    """Checksums are right, so that what is in the chunks reaches the decoder."""
    odd = [(random.choice(ODD_CHUNKS), random.randbytes(random.randint(0, 30))) for _ in range(random.randint(0, 6))]
    place = random.randint(0, len(odd))
    file = png(png_header(8, 8), *odd[:place], (b"IDAT", PIXELS), *odd[place:])
    return Case(kind="a PNG of odd chunks", data=_upload(random, _file(file)))


def _mutated_form(random: Random) -> Case:
    return Case(kind="a form in pieces", data=_upload(random, mutated(random, random.choice(FORMS))))


def _tokens(random: Random) -> Case:
    form = b"".join(random.choice(TOKENS) for _ in range(random.randint(0, 12)))
    return Case(kind="pieces of forms", data=_upload(random, form))


def _odd_head(random: Random) -> Case:
    fields = random.sample(FIELDS, random.randint(1, 3))
    return Case(kind="odd lines in the head", data=_upload(random, random.choice(FORMS), *fields))


def _mutated_head(random: Random) -> Case:
    head, end, form = _upload(random, random.choice(FORMS)).partition(b"\r\n\r\n")
    return Case(kind="a head in pieces", data=mutated(random, head) + end + form)


def _address(random: Random) -> Case:
    address = random.choice(ADDRESSES)
    if random.random() < 0.3:
        address = mutated(random, address).replace(b" ", b"+").replace(b"\r\n", b"")
    return Case(kind="an odd address or method", data=_request(random.choice(METHODS), address, b""))


def _cut(random: Random) -> Case:
    whole = _upload(random, _file(random.choice(SEEDS)))
    return Case(kind="a request that ends early", data=whole[: random.randrange(len(whole))])


def _leaves(random: Random) -> Case:
    whole = _upload(random, _file(random.choice(SEEDS)))
    return Case(kind="a client that leaves", data=whole[: random.randint(0, len(whole))], leaves=True)


_KINDS: dict[str, Callable[[Random], Case]] = {
    make.__name__: make
    for make in (
        *(_known, _mutated_file, _odd_png, _mutated_form, _tokens),
        *(_odd_head, _mutated_head, _address, _cut, _leaves),
    )
}


def _file(data: bytes) -> bytes:
    return body(part("image", data, filename="a.jpg"))


def _upload(random: Random, form: bytes, *fields: bytes) -> bytes:
    """To either endpoint; most come with a key, and some keys come again."""
    endpoint = random.choice((b"sync", b"queue"))
    number = random.getrandbits(128) if random.random() < 0.9 else random.getrandbits(4)
    key = [b"Idempotency-Key: " + str(UUID(int=number)).encode()] if random.random() < 0.8 else []
    return _request(b"POST", b"/pictures/" + endpoint + b"/", form, b"Content-Type: " + FORM.encode(), *key, *fields)


def _request(method: bytes, address: bytes, form: bytes, *fields: bytes) -> bytes:
    length = [b"Content-Length: %d" % len(form)] if form else []
    lines = [method + b" " + address + b" HTTP/1.1", b"Host: 127.0.0.1", *length, *fields]
    return b"\r\n".join(lines) + b"\r\n\r\n" + form
