"""Whole files and forms, to be broken."""

from base64 import b64encode

from PIL import Image

from tests.app_under_test.bad_inputs import BOUNDARY, body, exif_block, located, part
from tests.app_under_test.icc_profiles import DISPLAY_P3_PROFILE, cmyk_profile
from tests.app_under_test.picture_files import animated_png, animated_webp, deep_png, encode, jpeg, stripes

TINY = stripes((255, 0, 0), (0, 0, 255), width=12, height=16)
SEEDS = (
    encode(TINY, exif=located(), icc_profile=b"profile", xmp=b"<x:xmpmeta/>", comment=b"words"),
    encode(TINY, exif=exif_block((0x0112, 3, b"\6\0\0\0"), (0x011A, 5, b"\x1a\0\0\0"))),
    encode(TINY, progressive=True),
    encode(TINY.convert("CMYK")),
    encode(TINY, icc_profile=DISPLAY_P3_PROFILE),
    encode(TINY, "PNG", icc_profile=DISPLAY_P3_PROFILE),
    encode(TINY.convert("CMYK"), icc_profile=cmyk_profile(50)),
    deep_png(16, [[0x50, 0, 0] * 8] * 8, (b"tRNS", b"\0\x50\0\0\0\0"), samples=3),
    encode(TINY, "PNG", exif=located(), icc_profile=b"profile"),
    encode(TINY.convert("P"), "PNG", transparency=0),
    encode(Image.new("I;16", (9, 9), 0x8000), "PNG"),
    animated_png(3),
    encode(TINY, "WEBP", exif=located(), xmp=b"<x:xmpmeta/>"),
    encode(TINY, "WEBP", lossless=True),
    animated_webp(3),
)
#: Of these a body is made; some of them fit together.
TOKENS = (
    f"--{BOUNDARY}\r\n".encode(),
    f"\r\n--{BOUNDARY}--\r\n".encode(),
    b'Content-Disposition: form-data; name="image"; filename="a.jpg"\r\n',
    b"Content-Disposition: form-data; name*=utf-8''image; filename*=hex''%41\r\n",
    b"Content-Disposition: form-data\r\n",
    b"Content-Type: image/jpeg; charset=hex\r\n",
    b"Content-Transfer-Encoding: base64\r\n",
    b"Content-Length: -1\r\n",
    b"\r\n",
    jpeg(),
    part("image", jpeg(), filename="a.jpg"),
    part("image", b64encode(jpeg()), filename="a.jpg", encoding="base64"),
    part("note", b"words"),
)
#: Whole bodies, to be broken.
FORMS = tuple(body(token, TOKENS[-1]) for token in TOKENS[-3:-1])
#: Chunks of a PNG that decoders look into.
ODD_CHUNKS = (
    *(b"PLTE", b"tRNS", b"gAMA", b"cHRM", b"pHYs", b"iCCP", b"eXIf", b"tEXt", b"zTXt", b"iTXt"),
    *(b"acTL", b"fcTL", b"fdAT", b"IDAT"),
)
