"""Codes before a camera: what a decoder that others wrote reads of them, and of what troubles it reads nothing."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
import zxingcpp

from hardware_sim.clock import HandClock
from hardware_sim.devices.code_frames import CodeFrames
from hardware_sim.devices.code_pictures import (
    SYMBOLOGIES,
    CodeTrouble,
    Medium,
    Picture,
    ShownCode,
    code_view,
    drawn,
    with_noise,
)
from hardware_sim.devices.frame_folder import CURRENT

PAYLOAD = "潮州市湘桥区 陈桂兰".encode("gb18030")
HARD = (CodeTrouble.TILT, CodeTrouble.SMALL, CodeTrouble.NOISE)
HOPELESS = (CodeTrouble.BLUR, CodeTrouble.GLARE, CodeTrouble.DARK)


def read(frame: Picture) -> list[bytes]:
    return [code.bytes for code in zxingcpp.read_barcodes(frame)]


def seen(code: ShownCode, seed: int = 1) -> Picture:
    return with_noise(code_view(code, seed=seed), seed, much=CodeTrouble.NOISE in code.troubles)


@pytest.mark.parametrize("medium", Medium)
@pytest.mark.parametrize("trouble", [None, *HARD])
def test_a_code_in_hand_is_read_though_it_be_hard(medium: Medium, trouble: CodeTrouble | None) -> None:
    code = ShownCode(PAYLOAD, medium=medium, troubles=frozenset({trouble} if trouble else ()))
    assert read(seen(code)) == [PAYLOAD]


@pytest.mark.parametrize("medium", Medium)
@pytest.mark.parametrize("trouble", HOPELESS)
def test_a_code_that_cannot_be_seen_is_not_read(medium: Medium, trouble: CodeTrouble) -> None:
    assert read(seen(ShownCode(PAYLOAD, medium=medium, troubles=frozenset({trouble})))) == []


def test_the_same_seed_gives_the_same_frame_and_another_one_another() -> None:
    code = ShownCode(PAYLOAD)
    assert np.array_equal(seen(code), seen(code))
    assert not np.array_equal(seen(code), seen(code, seed=2))


@pytest.mark.parametrize("charset", ["utf-8", "gb18030"])
@pytest.mark.parametrize("symbology", ["QR Code", "PDF417", "Data Matrix", "Aztec"])
def test_a_code_names_its_character_set_only_when_told_so(symbology: str, charset: str) -> None:
    payload = "䶮潮州".encode(charset)
    for named in (None, charset):
        shape = drawn(ShownCode(payload, symbology, named))
        (code,) = zxingcpp.read_barcodes(shape)
        (told,) = zxingcpp.read_barcodes(shape, text_mode=zxingcpp.TextMode.HexECI)
        assert code.bytes == payload
        assert ("5C 30 30 30 30" in told.text) == (named is not None)


@pytest.mark.parametrize("symbology", ["Code 128", "Code 39", "EAN-13", "ITF", "PDF417", "MicroPDF417", "rMQR Code"])
def test_other_symbologies_are_read_from_paper(symbology: str) -> None:
    assert read(seen(ShownCode(b"400638133393", symbology, medium=Medium.PAPER)))[0].startswith(b"400638133393")


def test_a_symbology_says_what_it_cannot_hold() -> None:
    assert "Micro QR Code" in SYMBOLOGIES
    with pytest.raises(ValueError, match="Invalid character"):
        drawn(ShownCode(b"letters", "EAN-13"))


@pytest.fixture
def frames(tmp_path: Path) -> Iterator[CodeFrames]:
    frames = CodeFrames(tmp_path / "camera", seed=3)
    frames.start()
    yield frames
    frames.stop()


def current(folder: Path) -> list[bytes]:
    return read(cv2.imread(str(folder / CURRENT)))


def test_the_newest_frame_shows_what_is_held_before_the_camera(frames: CodeFrames, tmp_path: Path) -> None:
    folder = tmp_path / "camera"
    assert current(folder) == []
    frames.show(ShownCode(PAYLOAD))
    assert current(folder) == [PAYLOAD]
    assert frames.state()["shown"] == PAYLOAD.hex()
    frames.hide()
    assert current(folder) == []


def test_an_hour_passes_at_once_by_hand_before_a_picture_that_stands_still(tmp_path: Path) -> None:
    clock = HandClock()
    frames = CodeFrames(tmp_path / "camera", clock=clock)
    frames.start()
    frames.show(ShownCode(PAYLOAD))
    clock.advance(60.0)
    before = (tmp_path / "camera" / CURRENT).stat()
    clock.advance(3600.0)
    assert (tmp_path / "camera" / CURRENT).stat() == before
    frames.show(ShownCode(b"another"))
    assert current(tmp_path / "camera") == [b"another"]
    frames.stop()


def test_of_a_camera_that_hangs_no_new_frame_comes(frames: CodeFrames, tmp_path: Path) -> None:
    frames.show(ShownCode(PAYLOAD, troubles=frozenset({CodeTrouble.STALE})))
    before = (tmp_path / "camera" / CURRENT).stat()
    assert current(tmp_path / "camera") == []
    assert (tmp_path / "camera" / CURRENT).stat().st_ino == before.st_ino
    frames.show(ShownCode(PAYLOAD))
    assert current(tmp_path / "camera") == [PAYLOAD]


def test_an_unplugged_camera_has_no_folder_and_comes_back_with_what_is_shown(
    frames: CodeFrames, tmp_path: Path
) -> None:
    frames.show(ShownCode(PAYLOAD))
    frames.unplug()
    assert not (tmp_path / "camera").exists()
    frames.plug()
    assert current(tmp_path / "camera") == [PAYLOAD]
