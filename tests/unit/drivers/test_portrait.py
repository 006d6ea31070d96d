"""Photos become pictures in a child process; a library that crashes, hangs or overwrites harms nothing but itself."""

import io
import json
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from drivers.identity_card import portrait
from drivers.identity_card.portrait import PortraitDecoder, parse_picture
from drivers.identity_card.sam_reader import SamReader
from kiosk.faults import PHOTO_DECODER_FAILED
from kiosk.ports import CardContent, Degraded, Frame, Ready
from tests.system.waiting import until
from tests.wires.sam_wire import SamWire

CHIP = bytes.fromhex(
    json.loads((Path(__file__).parents[2] / "golden/cards.json").read_text(encoding="utf-8"))[0]["chip"]
)
PIXELS = 102 * 126 * 3
PHOTO = bytes(range(256)) * 4
WITHIN_S = 10.0
LIBRARIES = {
    "works": "for (int i = 0; i < 38556; i++) dst[i] = src[i % 1024]; return 1;",
    "crashes": "*(volatile char *)8 = 1; return 1;",
    "hangs": "for (;;) pause(); return 1;",
    "writes too much": "for (int i = 0; i < 50000; i++) dst[i] = src[i % 1024]; return 1;",
    "writes far too much": "for (int i = 0; i < 1 << 26; i++) dst[i] = 7; return 1;",
    "writes nothing": "return 0;",
    "writes half": "for (int i = 0; i < 9000; i++) dst[i] = 7; return 1;",
    "ends": "_exit(0); return 1;",
    "starts another": "for (int i = 0; i < 38556; i++) dst[i] = 7; if (fork() == 0) { sleep(5); _exit(0); } return 1;",
    "chatters": 'for (int i = 0; i < 38556; i++) dst[i] = 7; puts("a face"); fflush(stdout); return 1;',
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    folder = tmp_path_factory.mktemp("libraries")

    def build(name: str, symbol: str = "unpack") -> Path:
        library = folder / f"{name.replace(' ', '-')}-{symbol}.so"
        if not library.exists():
            source = library.with_suffix(".c")
            head = "#include <stdio.h>\n#include <unistd.h>\n"
            source.write_text(f"{head}int {symbol}(char *src, char *dst, int how) {{ {LIBRARIES[name]} }}\n")
            subprocess.run(["gcc", "-shared", "-fPIC", "-O0", "-w", "-o", library, source], check=True)
        return library

    return build


@pytest.fixture
def decoder(built: Callable[[str], Path]) -> Iterator[Callable[[str], PortraitDecoder]]:
    made: list[PortraitDecoder] = []

    def make(name: str, symbol: str = "unpack") -> PortraitDecoder:
        made.append(PortraitDecoder(built(name, symbol)))
        return made[-1]

    yield make
    for each in made:
        each.close()


Make = Callable[..., PortraitDecoder]


def decoders_for(library: str) -> list[str]:
    command = ["pgrep", "--full", f"wlt_child.py .*/{library}-unpack.so$"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.split()


@pytest.mark.parametrize("symbol", ["unpack", "_Z6unpackPcS_i"])
def test_a_photo_becomes_a_picture_and_the_same_child_takes_the_next(decoder: Make, symbol: str) -> None:
    works = decoder("works", symbol)
    for _ in range(2):
        works.begin(PHOTO)
        assert works.finish(within_s=WITHIN_S) == Frame(102, 126, (PHOTO * 38)[:PIXELS])
    assert works.working


def test_what_a_library_prints_is_no_answer(decoder: Make) -> None:
    chatters = decoder("chatters")
    chatters.begin(PHOTO)
    assert chatters.finish(within_s=WITHIN_S) == Frame(102, 126, bytes([7]) * PIXELS)


@pytest.mark.parametrize(
    "name", ["crashes", "ends", "writes too much", "writes far too much", "writes nothing", "writes half"]
)
def test_a_library_that_fails_gives_no_picture_and_is_left_alone(decoder: Make, name: str) -> None:
    fails = decoder(name)
    fails.begin(PHOTO)
    assert fails.finish(within_s=WITHIN_S) is None
    assert not fails.working
    began = time.monotonic()
    fails.begin(PHOTO)
    assert fails.finish(within_s=WITHIN_S) is None
    assert time.monotonic() - began < 0.5, "a reading waits for it no more"


def test_a_process_that_a_library_has_started_holds_nobody_up_and_ends_with_it(decoder: Make) -> None:
    starts = decoder("starts another")
    starts.begin(PHOTO)
    assert starts.finish(within_s=WITHIN_S) == Frame(102, 126, bytes([7]) * PIXELS)
    assert len(decoders_for("starts-another")) == 2
    began = time.monotonic()
    starts.close()
    assert time.monotonic() - began < 2.0
    until(lambda: not decoders_for("starts-another"), "both have ended")


def test_a_library_that_hangs_is_waited_for_no_longer_than_allowed(
    decoder: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portrait, "DECODED_WITHIN_S", 0.3)
    hangs = decoder("hangs")
    began = time.monotonic()
    hangs.begin(PHOTO)
    assert hangs.finish(within_s=WITHIN_S) is None
    assert time.monotonic() - began < 2.0
    assert not hangs.working


def test_after_it_was_left_alone_it_is_tried_again(
    decoder: Make, built: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portrait, "LEFT_ALONE_S", (0.0,))
    repaired = decoder("crashes")
    repaired.begin(PHOTO)
    assert repaired.finish(within_s=WITHIN_S) is None
    library = built("crashes")
    kept = library.read_bytes()
    library.unlink()
    library.write_bytes(built("works").read_bytes())
    repaired.begin(PHOTO)
    assert isinstance(repaired.finish(within_s=WITHIN_S), Frame)
    assert repaired.working
    library.unlink()
    library.write_bytes(kept)


def test_a_library_that_is_absent_is_a_failure_like_another(tmp_path: Path) -> None:
    absent = PortraitDecoder(tmp_path / "absent.so")
    absent.begin(PHOTO)
    assert absent.finish(within_s=WITHIN_S) is None
    assert not absent.working


def test_a_card_without_a_whole_photo_asks_no_library(decoder: Make) -> None:
    works = decoder("works")
    works.begin(PHOTO[:-1])
    assert works.finish(within_s=WITHIN_S) is None
    assert works.working


@pytest.mark.parametrize(
    ("name", "decodes", "status"), [("works", True, Ready()), ("crashes", False, Degraded((PHOTO_DECODER_FAILED,)))]
)
def test_a_card_is_read_with_its_picture_or_without(decoder: Make, name: str, decodes: bool, status: object) -> None:
    wire = SamWire(chip=CHIP, photo=PHOTO)
    reader = SamReader(wire, portraits=decoder(name))
    assert reader.status() == Ready()
    content = reader.read_card()
    assert isinstance(content, CardContent)
    assert content.photo == PHOTO
    assert (content.portrait is not None) == decodes
    assert reader.status() == status


def test_a_library_that_hangs_does_not_make_a_reading_longer_than_its_bound(
    decoder: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drivers.identity_card.sam_reader.ALL_WITHIN_S", 0.6)
    wire = SamWire(chip=CHIP, photo=PHOTO)
    reader = SamReader(wire, portraits=decoder("hangs"))
    for within_s in (1.5, 0.5):  # the second time it is left alone
        wire.lay(CHIP)
        began = time.monotonic()
        content = reader.read_card()
        assert isinstance(content, CardContent)
        assert content.portrait is None
        assert time.monotonic() - began < within_s


def bitmap(*size: int) -> bytes:
    file = io.BytesIO()
    picture = Image.linear_gradient("L").resize((size[0], size[1])).convert("RGB")
    picture.paste((255, 0, 0), (0, 0, 1, 1))
    picture.save(file, "BMP")
    return file.getvalue()


def test_a_bitmap_is_taken_from_its_top() -> None:
    frame = parse_picture(bitmap(102, 126))
    assert frame is not None
    with Image.open(io.BytesIO(bitmap(102, 126))) as picture:
        assert frame == Frame(102, 126, picture.tobytes())
    assert parse_picture(bitmap(101, 126)) is None


@given(st.binary(max_size=400).map(lambda octets: b"BM" + octets) | st.binary(max_size=400))
def test_any_bytes_are_a_picture_or_none(octets: bytes) -> None:
    assert parse_picture(octets) is None


@given(st.integers(0, 60), st.integers(0, 255))
def test_a_bitmap_with_a_wrong_byte_is_a_picture_or_none(at: int, byte: int) -> None:
    spoilt = bytearray(bitmap(102, 126))
    spoilt[at] = byte
    frame = parse_picture(bytes(spoilt))
    assert frame is None or len(frame.rgb) == PIXELS
