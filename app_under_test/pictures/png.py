"""The chunks of a PNG file, and which of them its picture needs."""

import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

SIGNATURE = b"\x89PNG\r\n\x1a\n"
#: A chunk is its length, its name, its data and a checksum of name and data.
_HEAD_BYTES, _CHECKSUM_BYTES = 8, 4
#: The critical chunks, without which there is no picture, and the ancillary ones that change how it looks.
_CRITICAL = (b"IHDR", b"PLTE", b"IDAT")
_LOOKED_AT = (b"tRNS", b"iCCP", b"eXIf")
#: Texts from which a decoder reads an orientation, too, by their keywords; how long one may be, packed and unpacked.
_TEXTS = (b"tEXt", b"zTXt", b"iTXt")
_KEYWORDS = (b"XML:com.adobe.xmp", b"Raw profile type exif")
_MOST_TEXT_BYTES = 256 * 1024
_END = struct.pack(">I", 0) + b"IEND" + struct.pack(">I", zlib.crc32(b"IEND"))
#: How many samples tRNS gives of the one value that is transparent, by the kind of the pixels: grey or RGB.
_SAMPLES = {0: 1, 2: 3}


@dataclass(frozen=True)
class Chunk:
    """One chunk as it stands in the file."""

    name: bytes
    raw: bytes

    @property
    def data(self) -> bytes:
        return self.raw[_HEAD_BYTES:-_CHECKSUM_BYTES]


def needed_chunks(file: bytes) -> list[Chunk]:
    """The chunks that the picture needs; ValueError if one of them is damaged, cut off or missing.

    An ancillary chunk with a wrong checksum is left out instead of costing the picture, as libpng does it. Behind the
    pixels the file may end as it likes. Of texts the first one of each keyword is looked at.
    """
    needed, keywords = [], set(_KEYWORDS)
    for chunk, is_sound in _chunks(file):
        if chunk.name[:1].isupper() and not is_sound:
            raise ValueError(f"The checksum of the chunk {chunk.name!r} is wrong.")
        if chunk.name in _CRITICAL or (chunk.name in _LOOKED_AT and is_sound):
            needed.append(chunk)
        elif is_sound and (keyword := _keyword(chunk)) in keywords:
            # No other text of this keyword: unpacking many of them would take long.
            keywords.remove(keyword)
            if _has_text(chunk, keyword):
                needed.append(chunk)
    if not needed or needed[0].name != b"IHDR" or not any(chunk.name == b"IDAT" for chunk in needed):
        raise ValueError("The file has no header or no pixels.")
    return needed


def without_profile(chunks: Sequence[Chunk]) -> bytes:
    """A PNG file of these chunks and an end, but for the profile, of which a decoder takes no large one."""
    return SIGNATURE + b"".join(chunk.raw for chunk in chunks if chunk.name != b"iCCP") + _END


def profile(chunks: Sequence[Chunk], *, most_bytes: int) -> bytes:
    """The colour profile; empty if there is none, if it is damaged, or if it is larger than that."""
    for chunk in chunks:
        if chunk.name == b"iCCP":
            _name, _, packed = chunk.data.partition(b"\0")
            return _inflated(packed[1:], most_bytes)
    return b""


def depth(chunks: Sequence[Chunk]) -> int:
    """The bits of each sample."""
    return chunks[0].data[8]


def transparent_value(chunks: Sequence[Chunk]) -> tuple[int, ...]:
    """The samples of the one grey or colour that is transparent, as deep as the pixels; empty if there is none."""
    count, most = _SAMPLES.get(chunks[0].data[9], 0), (1 << depth(chunks)) - 1
    for chunk in chunks:
        if chunk.name == b"tRNS" and len(chunk.data) >= 2 * count:
            return tuple(sample & most for sample in struct.unpack_from(f">{count}H", chunk.data))
    return ()


def _chunks(file: bytes) -> Iterator[tuple[Chunk, bool]]:
    """Every chunk up to the end, and whether its checksum is right; ValueError if the file ends among its pixels."""
    at, has_pixels = len(SIGNATURE), False
    while True:
        length, name = struct.unpack(">I4s", file[at : at + _HEAD_BYTES].ljust(_HEAD_BYTES, b"\0"))
        end = at + _HEAD_BYTES + length + _CHECKSUM_BYTES
        is_whole = end <= len(file) and name.isalpha()
        if name == b"IEND" or (has_pixels and not is_whole and name != b"IDAT"):
            return
        if not is_whole:
            raise ValueError(f"The file is damaged or cut off at byte {at}.")
        raw = file[at:end]
        checksum = int.from_bytes(raw[-_CHECKSUM_BYTES:], "big")
        yield Chunk(name, raw), checksum == zlib.crc32(memoryview(raw)[4:-_CHECKSUM_BYTES])
        has_pixels |= name == b"IDAT"
        at = end


def _keyword(chunk: Chunk) -> bytes:
    """The one that may stand before an orientation; empty if the chunk is no such text."""
    is_text = chunk.name in _TEXTS
    return next((each for each in _KEYWORDS if is_text and chunk.raw.startswith(each + b"\0", _HEAD_BYTES)), b"")


def _has_text(chunk: Chunk, keyword: bytes) -> bool:
    """Whether the text behind the keyword is no longer than may be, and comes out whole if it is packed."""
    if len(chunk.raw) > _MOST_TEXT_BYTES:
        return False
    text = chunk.data[len(keyword) + 1 :]
    if chunk.name == b"tEXt" or (chunk.name == b"iTXt" and text.startswith(b"\0")):
        return True
    if chunk.name == b"zTXt":
        return text.startswith(b"\0") and bool(_inflated(text[1:], _MOST_TEXT_BYTES))
    # An iTXt that says that it is packed, and how; then a language and the keyword in it.
    return bool(_inflated(text[2:].split(b"\0", 2)[-1], _MOST_TEXT_BYTES))


def _inflated(packed: bytes, most_bytes: int) -> bytes:
    inflate = zlib.decompressobj()
    try:
        whole = inflate.decompress(packed, most_bytes)
    except zlib.error:
        return b""
    return whole if inflate.eof else b""
