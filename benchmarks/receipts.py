"""A slip as printer bytes: how many and how long, beside python-escpos' own text path on the same slip."""

import statistics
import time
from collections.abc import Callable

from escpos.constants import QR_ECLEVEL_M, QR_MODEL_2
from escpos.printer import Dummy

from benchmarks.figures import Figure, paired_ratio
from drivers.receipt_printer.character_sets import has_code
from drivers.receipt_printer.escpos_encoding import encode_document, field_lines
from drivers.receipt_printer.profiles import Profile, profile_named
from kiosk.documents import Document, Field, Note, Qr, Rule, Title
from kiosk.line_breaking import wrapped

RUNS = 30
BAUD, BITS_A_BYTE = 9600, 10
MOST_TIMES_ITS_BYTES = MOST_TIMES_ITS_TIME = 1.5

PLAIN: Document[str] = (
    Title("已收到您的申请"),
    Rule(),
    Field("事项", "高龄津贴申领"),
    Field("时间", "2026-11-23 09:30"),
    Field("地点", "城中区政务服务中心 03 号机"),
    Field("收件编号", "2026 1123 0004 5175"),
    Field("凭条号", "K7QW-2MXD-90TZ"),
    Field("状态", "平台已接收，五个工作日内答复"),
    Rule(),
    Qr("K7QW-2MXD-90TZ"),
    Note("请保管好这张凭条。查询进度请到任意一台终端扫描上面的码。"),
)
RARE: Document[str] = (
    *PLAIN[:3],
    Field("申请人", "陈䶮·𬭎㛃"),
    Field("费用", "￥0.00（①免费）"),
    Note("材料：户口簿——首页与本人页……"),
    *PLAIN[3:],
)


def measure() -> list[Figure]:
    return [figure for name, slip in (("plain", PLAIN), ("rare", RARE)) for figure in _figures(name, slip)]


def _figures(name: str, slip: Document[str]) -> list[Figure]:
    profile = profile_named("80mm")
    lines = _lines(slip, profile)
    ours, peer = _ours(slip, profile), _text_path(slip, profile)
    text = [character for line in lines for character in line]
    wrong = sum(_is_wrong(character) for character in text)
    drawn = sum(not has_code(character, profile.encoding) for character in text)
    ours_ms, peer_ms = zip(
        *((_ms(_ours, slip, profile), _ms(_text_path, slip, profile)) for _ in range(RUNS)), strict=True
    )
    wire_s = len(ours) * BITS_A_BYTE / BAUD
    return [
        Figure(
            f"bytes of a slip ({name})",
            "title, fields, rules, QR code and cut of one slip; beside it the same lines through python-escpos' `text` "
            "with its `qr` and `cut`",
            "bytes",
            [float(len(ours))],
            "python-escpos text",
            [float(len(peer))],
            f"at most {MOST_TIMES_ITS_BYTES} times, without rare characters" if name == "plain" else "-",
            len(ours) <= MOST_TIMES_ITS_BYTES * len(peer) if name == "plain" else None,
            f"of {len(text)} characters python-escpos loses {wrong} and ours none; {drawn} are pictures of 77 bytes; "
            f"{wire_s:.1f} s at {BAUD} baud",
        ),
        Figure(
            f"time to encode a slip ({name})",
            f"median of {RUNS} runs in turn, fonts known and glyphs drawn once before",
            "ms",
            ours_ms,
            "python-escpos text",
            peer_ms,
            "not slower" if name == "plain" else f"at most {MOST_TIMES_ITS_TIME} times, drawing what the peer loses",
            paired_ratio(ours_ms, peer_ms) <= (1 if name == "plain" else MOST_TIMES_ITS_TIME),
            f"{statistics.median(ours_ms):.2f} ms against {statistics.median(peer_ms):.2f} ms",
        ),
    ]


def _ours(slip: Document[str], profile: Profile) -> bytes:
    return b"".join(piece.octets for piece in encode_document(slip, profile))


def _text_path(slip: Document[str], profile: Profile) -> bytes:
    """As its documentation has one print: set, text, qr, cut."""
    printer = Dummy()
    for block in slip:
        match block:
            case Title(text):
                printer.set(align="center", double_width=True, double_height=True)
                printer.text(f"{text}\n")
                printer.set(align="left", normal_textsize=True)
            case Qr(payload):
                printer.set(align="center")
                printer.qr(payload, native=True, size=profile.qr_module_dots, ec=QR_ECLEVEL_M, model=QR_MODEL_2)
                printer.set(align="left")
            case _:
                printer.text("".join(f"{line}\n" for line in _lines((block,), profile)))
    printer.cut()
    return bytes(printer.output)


def _lines(slip: Document[str], profile: Profile) -> list[str]:
    lines: list[str] = []
    for block in slip:
        match block:
            case Title(text) | Note(text):
                lines += wrapped(text, profile.columns)
            case Field(label, value):
                lines += field_lines(label, value, profile.columns, 10)
            case Rule():
                lines.append("─" * profile.chinese_columns)
    return lines


def _is_wrong(character: str) -> bool:
    """Whether its text path sends something that a printer in Chinese mode shows as another character."""
    printer = Dummy()
    printer.text(character)
    right = character.encode("gb18030") if has_code(character, "gb18030") else None
    return right is None or not printer.output.endswith(right)


def _ms(encode: Callable[[Document[str], Profile], bytes], slip: Document[str], profile: Profile) -> float:
    began = time.perf_counter()
    encode(slip, profile)
    return (time.perf_counter() - began) * 1000
