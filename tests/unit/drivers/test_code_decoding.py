"""Pictures to codes."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray
from PIL import Image

from drivers.codes import pictures
from drivers.codes.camera import CameraCodeReader, main
from drivers.codes.decoding import read_codes
from drivers.codes.pictures import read_picture
from drivers.document_camera.frames import FolderOfFrames
from kiosk.codes import CodeSource, Symbology
from kiosk.faults import CODE_READER_NOT_WORKING, Fault
from kiosk.ports import CodeRead, NeedsAttention, NoCode, Ready
from tests.wires.code_frames import place_frame, qr_frame

Formats = zxingcpp.BarcodeFormat
Grey = NDArray[np.uint8]
TEXT = "社会保障卡 陈桂兰"


def symbol(content: str | bytes, symbology: "zxingcpp.BarcodeFormat", **options: str) -> Grey:
    made = np.array(zxingcpp.create_barcode(content, symbology, **options).to_image(scale=5))
    return np.pad(made, 40, constant_values=255)


def payloads(picture: Grey, *, within_s: float = 5) -> list[bytes]:
    return [code.payload for code in read_codes(picture, within_s=within_s)]


@pytest.mark.parametrize(
    ("content", "written", "read"),
    [
        ("abc", Formats.QRCode, Symbology.QR),
        ("abc", Formats.MicroQRCode, Symbology.MICRO_QR),
        ("abc", Formats.RMQRCode, Symbology.RMQR),
        ("abc", Formats.DataMatrix, Symbology.DATA_MATRIX),
        ("abc", Formats.Aztec, Symbology.AZTEC),
        ("abc", Formats.MaxiCode, Symbology.MAXICODE),
        ("abc", Formats.PDF417, Symbology.PDF417),
        ("abc", Formats.MicroPDF417, Symbology.MICRO_PDF417),
        ("Abc-1", Formats.Code128, Symbology.CODE_128),
        ("ABC-1234", Formats.Code39, Symbology.CODE_39),
        ("ABC-1", Formats.Code93, Symbology.CODE_93),
        ("A123456B", Formats.Codabar, Symbology.CODABAR),
        ("12345678", Formats.ITF, Symbology.ITF),
        ("6901234567892", Formats.EAN13, Symbology.EAN_13),
        ("96385074", Formats.EAN8, Symbology.EAN_8),
    ],
)
def test_every_symbology_is_read_and_named(content: str, written: "zxingcpp.BarcodeFormat", read: Symbology) -> None:
    (code,) = read_codes(symbol(content, written), within_s=5)
    assert (code.payload, code.text, code.symbology) == (content.encode(), content, read)


@pytest.mark.parametrize("charset", ["utf-8", "gb18030"])
def test_chinese_without_a_character_set_of_its_own_is_told_byte_for_byte(charset: str) -> None:
    (code,) = read_codes(qr_frame(TEXT.encode(charset)))
    assert (code.payload, code.text) == (TEXT.encode(charset), TEXT)


@pytest.mark.parametrize(("named", "charset"), [("UTF8", "utf-8"), ("GB18030", "gb18030"), ("Big5", "big5")])
def test_the_character_set_that_a_code_names_is_kept_to(named: str, charset: str) -> None:
    text = "社會保障\\卡"
    (code,) = read_codes(symbol(text, Formats.QRCode, eci=named))
    assert (code.payload, code.text) == (text.encode(charset), text)


def test_several_codes_are_each_told_once_and_where_they_are() -> None:
    one, other = symbol("one", Formats.QRCode), symbol("6901234567892", Formats.EAN13)
    picture = np.full((700, 1400), 230, np.uint8)
    picture[100 : 100 + one.shape[0], 60 : 60 + one.shape[1]] = one
    picture[400 : 400 + one.shape[0], 60 : 60 + one.shape[1]] = one
    picture[150 : 150 + other.shape[0], 700 : 700 + other.shape[1]] = other
    codes = read_codes(picture, within_s=5)
    assert sorted(code.payload for code in codes) == [b"6901234567892", b"one"]
    barcode = next(code for code in codes if code.symbology is Symbology.EAN_13)
    assert all(700 <= x <= 1400 and 100 <= y <= 500 for x, y in barcode.corners)


@pytest.mark.parametrize("degrees", [17, 33, 45, 71, 118])
def test_a_barcode_may_lie_at_any_angle(degrees: float) -> None:
    made = np.pad(symbol("6901234567892", Formats.EAN13), 200, constant_values=200)
    high, wide = made.shape
    turn = cv2.getRotationMatrix2D((wide / 2, high / 2), degrees, 0.8)
    turned = np.asarray(cv2.warpAffine(made, turn, (wide, high), borderValue=200), np.uint8)
    assert payloads(turned) == [b"6901234567892"]


def test_blurred_dark_inverted_and_coloured_codes_are_read() -> None:
    clean = qr_frame(b"https://fuwu.example.cn/7Q2K", dot=7)
    red = np.stack([np.full_like(clean, 220), clean, clean], axis=-1)
    changed = [
        np.asarray(cv2.GaussianBlur(clean, (0, 0), 3.2), np.uint8),
        (clean // 9).astype(np.uint8),
        (255 - clean).astype(np.uint8),
        red.astype(np.uint8),
    ]
    assert [payloads(picture) for picture in changed] == [[b"https://fuwu.example.cn/7Q2K"]] * 4


def test_a_small_code_in_a_large_photograph_is_read() -> None:
    photograph = np.full((4000, 6500), 180, np.uint8)
    small = np.asarray(cv2.resize(symbol("small", Formats.QRCode), None, fx=0.6, fy=0.6), np.uint8)
    photograph[2900 : 2900 + small.shape[0], 5000 : 5000 + small.shape[1]] = small
    (code,) = read_codes(photograph, within_s=5)
    assert code.payload == b"small"
    assert all(4990 <= x <= 5200 and 2890 <= y <= 3100 for x, y in code.corners)


def test_noise_and_bars_without_meaning_hold_no_code() -> None:
    noise = np.random.default_rng(3)
    bars = np.repeat(noise.integers(0, 2, 130) * 200 + 20, 4)
    for picture in (noise.integers(0, 256, (480, 640)), np.tile(bars, (200, 1))):
        assert payloads(picture.astype(np.uint8), within_s=1) == []


@given(
    arrays(
        np.uint8, st.one_of(array_shapes(min_dims=2, max_dims=2, max_side=40), st.just((9, 200)), st.just((7, 5, 3)))
    )
)
def test_any_picture_gives_a_list(picture: Grey) -> None:
    for code in read_codes(picture, within_s=0.02):
        assert code.payload


def test_no_attempt_is_begun_after_the_time() -> None:
    moments = iter(range(1000))
    picture = qr_frame(None)
    assert read_codes(picture, within_s=3, clock=lambda: float(next(moments))) == []
    assert next(moments) < 10


def probed(capsys: pytest.CaptureFixture[str], folder: Path) -> list[dict[str, object]]:
    assert main(["--probe", "--images", str(folder), "--json"]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_the_probe_tells_each_picture_of_a_folder_in_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = Image.fromarray(qr_frame(TEXT.encode("gb18030")))
    shown.save(tmp_path / "b.PNG")
    shown.convert("CMYK").save(tmp_path / "c.jpeg")
    Image.fromarray(qr_frame(None)).save(tmp_path / "a.jpg")
    shown.save(tmp_path / "d.gif", save_all=True, append_images=[Image.new("L", shown.size)])
    (tmp_path / "e.png").write_bytes(b"not a picture")
    (tmp_path / "notes.txt").write_text("not read")
    lines = probed(capsys, tmp_path)
    read = {"payload": TEXT.encode("gb18030").hex(), "text": TEXT, "symbology": "QR Code"}
    nothing = dict.fromkeys(read)
    told = [{key: line[key] for key in read} for line in lines]
    assert [line["file"] for line in lines] == ["a.jpg", "b.PNG", "c.jpeg", "d.gif", "e.png"]
    assert told == [nothing, read, read, read, nothing]
    assert all(isinstance(line["ms"], float) for line in lines)


def test_a_folder_that_is_not_there_is_said_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--probe", "--images", str(tmp_path / "none")]) == 2
    assert "cannot read the folder" in capsys.readouterr().err


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "CMYK", "I;16"])
def test_a_picture_of_any_mode_is_read(mode: str, tmp_path: Path) -> None:
    grey = Image.fromarray(symbol("mode", Formats.QRCode))
    deep = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
    picture = deep if mode == "I;16" else grey.convert(mode)
    path = tmp_path / ("picture.jpg" if mode == "CMYK" else "picture.png")
    picture.save(path)
    read = read_picture(path)
    assert read is not None
    assert payloads(read) == [b"mode"]


@pytest.mark.parametrize("ink", [0, 255])
def test_a_code_on_nothing_is_read(ink: int, tmp_path: Path) -> None:
    modules = symbol("clear", Formats.QRCode)
    drawn = np.dstack([np.full((*modules.shape, 3), ink, np.uint8), np.where(modules < 128, 255, 0).astype(np.uint8)])
    Image.fromarray(drawn).save(tmp_path / "clear.png")
    read = read_picture(tmp_path / "clear.png")
    assert read is not None
    assert payloads(read) == [b"clear"]


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "1", "I;16", "LA", "CMYK"])
def test_a_file_of_very_many_dots_is_halved_and_read(
    mode: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "HALVED_FROM_DOTS", 10_000)
    modules = symbol("many", Formats.QRCode)
    grey = Image.fromarray(modules)
    drawn = Image.fromarray(modules.astype(np.uint16) * 257) if mode == "I;16" else grey.convert(mode)
    path = tmp_path / ("many.jpg" if mode == "CMYK" else "many.png")
    drawn.save(path)
    read = read_picture(path)
    assert read is not None
    assert read.shape[0] == -(-modules.shape[0] // 2)
    assert payloads(read) == [b"many"]


@given(cut=st.integers(0, 2000), flips=st.lists(st.tuples(st.integers(0, 1999), st.integers(0, 255)), max_size=5))
def test_a_spoilt_file_is_a_picture_or_none(
    cut: int, flips: list[tuple[int, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "spoilt.png"
    Image.fromarray(symbol("spoilt", Formats.QRCode)).save(path)
    octets = bytearray(path.read_bytes())
    for at, octet in flips:
        octets[at % len(octets)] = octet
    path.write_bytes(octets[:cut])
    read = read_picture(path)
    assert read is None or read.dtype == np.uint8


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_picture_that_stands_still_is_a_camera_that_does_not_work(tmp_path: Path) -> None:
    clock = Clock()
    reader = CameraCodeReader(FolderOfFrames(tmp_path), clock=clock)
    place_frame(qr_frame(None), tmp_path)
    assert reader.look() == NoCode()
    clock.now = 2.5
    stands_still = NeedsAttention(CODE_READER_NOT_WORKING)
    assert (reader.look(), reader.status()) == (stands_still, stands_still)
    place_frame(qr_frame(b"new"), tmp_path)
    assert reader.status() == Ready()
    assert reader.look() == CodeRead(b"new", "new", Symbology.QR, CodeSource.CAMERA)


def test_a_frame_that_cannot_be_read_needs_attention(tmp_path: Path) -> None:
    (tmp_path / "current.png").write_bytes(b"half")
    assert CameraCodeReader(FolderOfFrames(tmp_path)).look() == NeedsAttention(CODE_READER_NOT_WORKING)
    assert isinstance(FolderOfFrames(tmp_path).grab(), Fault)


def test_of_several_codes_each_look_tells_another(tmp_path: Path) -> None:
    frame = np.hstack([qr_frame(b"one"), qr_frame(b"two")])
    place_frame(frame, tmp_path)
    reader = CameraCodeReader(FolderOfFrames(tmp_path))
    looked = [reader.look() for _ in range(3)]
    assert {code.payload for code in looked if isinstance(code, CodeRead)} == {b"one", b"two"}
    assert looked[2] == NoCode()
