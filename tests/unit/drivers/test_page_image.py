"""Samples as SANE orders them become the picture that lay on the scanner."""

import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.document_scanner.page_image import page_of, rgb_of
from drivers.document_scanner.sane_answers import FrameBegins, FrameFormat

RNG = np.random.default_rng(7)
COLOURS = RNG.integers(0, 256, (5, 11, 3), np.uint8)
GREYS = RNG.integers(0, 256, (5, 11), np.uint8)
BITS = RNG.integers(0, 2, (5, 11), np.uint8)
PLANES = (FrameFormat.RED, FrameFormat.GREEN, FrameFormat.BLUE)


def lines(samples: np.ndarray, *, padding: int = 0) -> bytes:
    return b"".join(row.tobytes() + b"\xee" * padding for row in samples)


def frame(kind: FrameFormat, octets: bytes, *, depth: int = 8, width: int = 11) -> tuple[FrameBegins, bytes]:
    return FrameBegins(kind, len(octets) // 5, width, 5, depth), octets


def sixteen(samples: np.ndarray) -> np.ndarray:
    return samples.astype(np.uint16) * 256 + RNG.integers(0, 256, samples.shape, np.uint16)


@pytest.mark.parametrize("padding", [0, 3])
def test_colours_come_dot_by_dot(padding: int) -> None:
    octets = lines(COLOURS.reshape(5, -1), padding=padding)
    assert np.array_equal(rgb_of([frame(FrameFormat.RGB, octets)]), COLOURS)


@pytest.mark.parametrize("padding", [0, 3])
def test_sixteen_bits_keep_their_upper_eight(padding: int) -> None:
    assert sys.byteorder in ("little", "big")
    octets = lines(sixteen(COLOURS).reshape(5, -1), padding=padding)
    assert np.array_equal(rgb_of([frame(FrameFormat.RGB, octets, depth=16)]), COLOURS)
    octets = lines(sixteen(GREYS), padding=padding)
    grey = rgb_of([frame(FrameFormat.GRAY, octets, depth=16)])
    assert np.array_equal(grey, np.stack([GREYS] * 3, axis=2))


def test_grey_is_the_same_in_all_colours() -> None:
    assert np.array_equal(rgb_of([frame(FrameFormat.GRAY, lines(GREYS))]), np.stack([GREYS] * 3, axis=2))


def test_of_one_bit_of_grey_one_is_black() -> None:
    seen = rgb_of([frame(FrameFormat.GRAY, lines(np.packbits(BITS, axis=1)), depth=1)])
    assert np.array_equal(seen, np.stack([(1 - BITS) * 255] * 3, axis=2))


def test_of_one_bit_of_a_colour_one_is_bright() -> None:
    bits = (COLOURS > 127).astype(np.uint8)
    packed = np.packbits(bits, axis=1)  # five lines of two bytes, each byte eight dots of one colour
    assert np.array_equal(rgb_of([frame(FrameFormat.RGB, lines(packed), depth=1)]), bits * 255)


def test_three_passes_come_in_any_order() -> None:
    planes = [frame(kind, lines(COLOURS[:, :, at])) for at, kind in enumerate(PLANES)]
    for order in (planes, planes[::-1], planes[1:] + planes[:1]):
        assert np.array_equal(rgb_of(order), COLOURS)
    assert rgb_of(planes[:2]) is None


def test_half_a_line_is_left_out_and_no_line_is_no_page() -> None:
    octets = lines(GREYS)
    begun, _ = frame(FrameFormat.GRAY, octets)
    seen = rgb_of([(begun, octets[:-4])])
    assert seen is not None
    assert seen.shape == (4, 11, 3)
    assert page_of([(begun, octets[:10])]) is None
    assert page_of([]) is None


def test_a_page_is_no_larger_than_a4_at_200_dots_an_inch() -> None:
    begun = FrameBegins(FrameFormat.GRAY, 2480, 2480, 3508, 8)
    page = page_of([(begun, bytes(2480 * 3508))])
    assert page is not None
    assert (page.width, page.height) == (1654, 2339)
    assert page.jpeg.startswith(b"\xff\xd8")


@given(
    st.lists(
        st.tuples(
            st.builds(
                FrameBegins,
                st.sampled_from(FrameFormat),
                st.integers(1, 60),
                st.integers(1, 20),
                st.integers(-1, 9),
                st.sampled_from([1, 8, 16]),
            ).filter(
                lambda begun: (
                    (begun.pixels_per_line * (3 if begun.format is FrameFormat.RGB else 1) * begun.depth + 7) // 8
                    <= begun.bytes_per_line
                )
            ),
            st.binary(max_size=300),
        ),
        max_size=4,
    )
)
def test_whatever_frames_come_are_a_picture_or_none(frames: list[tuple[FrameBegins, bytes]]) -> None:
    seen = rgb_of(frames)
    assert seen is None or (seen.ndim == 3 and seen.shape[2] == 3 and seen.size > 0)
