"""Inputs that the parsers understand: golden vectors, what the simulated devices say, what the drivers send."""

import hashlib
import io
import itertools
import json
import struct
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from drivers.codes import scan_engine_frames
from drivers.identity_card.portrait import HEIGHT, WIDTH
from drivers.identity_card.sam_frames import Command, encode_command
from drivers.receipt_printer.escpos_encoding import encode_document
from drivers.receipt_printer.escpos_status import encode_confirmation_request, encode_question, print_id
from drivers.receipt_printer.profiles import BUILT_IN, profile_named
from drivers.smart_card.social_security_card import encode_read_tag, encode_select_application, encode_select_file
from hardware_sim.chip import chip_of
from hardware_sim.crowd import KINDS, somebody
from hardware_sim.devices import sam_machine, scan_engine_machine, wedge_typing
from hardware_sim.devices.code_pictures import SYMBOLOGIES
from hardware_sim.devices.vpcd_wire import framed
from kiosk.check_digits import CROCKFORD, luhn
from kiosk.documents import Field, Note, Qr, Title
from kiosk.submission import FORMAT, canonical
from sync import catalogue, configuration_file
from sync.wire.enrolment_code import make_code
from tests.fuzz.ways import MANIFEST_SID
from tests.gateway_bench import line
from tests.wires import ipp_wire

REPOSITORY = Path(__file__).parents[2]
GOLDEN = REPOSITORY / "tests" / "golden"


def sam_replies() -> Iterator[bytes]:
    """Everything a reader says of two people, the second of whom has moved, and when there is no card."""
    machine = sam_machine.SamMachine()
    for kind in ("resident", "moved"):
        said = machine.answer(encode_command(Command.FIND_CARD))
        machine.insert(sam_machine.PlacedCard(chip_of(somebody(kind, 1))))
        for command in Command:
            answer = machine.answer(encode_command(command))
            said += answer
            yield answer
        machine.lift()
        yield said
        yield b"\xaa\x00\x96" + said


def sam_payloads() -> Iterator[bytes]:
    for reply in sam_replies():
        yield reply[10:-1]
    yield "广东省潮州市湘桥区 ".ljust(35).encode("utf-16-le") * 2


def chips() -> Iterator[bytes]:
    for vector in json.loads((GOLDEN / "cards.json").read_text("utf-8")):
        yield bytes.fromhex(vector["chip"])
    for kind in KINDS:
        yield chip_of(somebody(kind, 3)).text


def portraits() -> Iterator[bytes]:
    dots = bytes(itertools.islice(itertools.cycle(range(251)), WIDTH * HEIGHT * 3))
    yield dots
    picture = io.BytesIO()
    Image.frombytes("RGB", (WIDTH, HEIGHT), dots).save(picture, "BMP")
    yield picture.getvalue()


def storage_streams() -> Iterator[bytes]:
    for kind in ("resident", "foreigner-2017"):
        chip = chip_of(somebody(kind, 2))
        yield struct.pack(">HH", len(chip.text), len(chip.photo)) + chip.text + chip.photo


def storage_talks() -> Iterator[bytes]:
    for stream in storage_streams():
        blocks = [stream[at : at + 256] for at in range(0, len(stream), 256)]
        yield b"".join(framed(block + b"\x90\x00") for block in blocks)
    yield framed(b"\x6a\x82")


def _social_security() -> list[dict[str, Any]]:
    vectors: list[dict[str, Any]] = json.loads((GOLDEN / "social_security_cards.json").read_text("utf-8"))
    return vectors


def records() -> Iterator[bytes]:
    for vector in _social_security():
        both = {
            int(tag, 16): bytes.fromhex(record) for file in vector["records"].values() for tag, record in file.items()
        }
        yield b"".join(bytes((tag, len(record))) + record for tag, record in both.items())
        bare = {tag: record[2:] for tag, record in both.items()}
        yield b"".join(bytes((tag, len(record))) + record for tag, record in bare.items())


def social_security_talks() -> Iterator[bytes]:
    for vector in _social_security():
        said = framed(b"\x90\x00")
        for file in vector["records"].values():
            said += framed(b"\x90\x00")
            said += b"".join(framed(bytes.fromhex(record) + b"\x90\x00") for record in file.values())
        yield said
    yield framed(bytes.fromhex("04A1B2C3D4E5F09000"))
    yield framed(b"\x6c\x07") + framed(bytes.fromhex("04A1B2C36103")) + framed(bytes.fromhex("D4E5F09000"))


def printer_answers() -> Iterator[bytes]:
    yield bytes([0x12, 0x16, 0x1A, 0x32, 0x5A, 0x72])
    yield bytes.fromhex("14000f0f 3c200c0f")
    yield b"\x37\x22" + print_id("job") + b"\x00"
    yield b"_TM-T82III\x00_\x02\x13\x11_EPSON\x00"


def custom_answers() -> Iterator[bytes]:
    yield bytes.fromhex("100f00000000 100f24020141")
    yield bytes.fromhex("13 100f20 11")


def bursts() -> Iterator[bytes]:
    code = "潮州".encode("gb18030")
    yield scan_engine_frames.ACKNOWLEDGED + code + b"\r"
    yield (code + b"\r\n") * 2
    yield from (code + b"\r" for code in scan_engine_machine.HOSTILE.values())


def key_events() -> Iterator[bytes]:
    for payload in (b"HTTPS://hall.example/?a=1~", "潮州".encode("gbk"), bytes(range(256))):
        for numbers in wedge_typing.AltNumbers:
            strokes = wedge_typing.strokes(payload, numbers=numbers)
            yield b"".join(bytes((1, key, value)) for key, value in strokes)


def code_texts() -> Iterator[bytes]:
    yield "https://hall.example/潮州".encode()
    yield "䶮".encode("gb18030")
    yield b"\\000029" + "潮州".encode("gb18030") + b"\\000026\\\\" + "潮".encode() + b"\\000003caf\xe9"


def code_pictures() -> Iterator[bytes]:
    """Small ones: a fuzzer changes what it can reach."""
    import zxingcpp

    for name in ("QR Code", "Code 128", "Data Matrix", "PDF417"):
        barcode = zxingcpp.create_barcode("100101194401010028", SYMBOLOGIES[name])
        dots = Image.fromarray(np.array(zxingcpp.write_barcode_to_image(barcode, scale=2)))
        for form in ("PNG", "JPEG", "GIF"):
            file = io.BytesIO()
            dots.save(file, form)
            yield file.getvalue()


def usb_addresses() -> Iterator[bytes]:
    yield from (b"usb:0400:c35a", b"usb:04B8:0202:SIM-1")


def configurations() -> Iterator[bytes]:
    yield CONFIGURATION.encode()


def printer_profiles() -> Iterator[bytes]:
    whole = BUILT_IN.read_text("utf-8")
    yield whole.encode()
    first = next(iter(tomllib.loads(whole)))
    yield whole.partition(f"[{first}]")[2].partition("\n[")[0].join(("[ours]", "\n")).encode()


def remote_configurations() -> Iterator[bytes]:
    yield canonical(
        {
            "format": configuration_file.FORMAT,
            "terminal": "CZ03",
            "serial": 7,
            "at": "2026-11-23T09:00:00+00:00",
            "settings": {"hall": {"desk": "大厅入口"}, "times": {"idle_timeout_s": 60.0}},
        }
    )


def catalogues() -> Iterator[bytes]:
    for item in catalogue.read_catalogue(REPOSITORY / "content" / "items").items:
        contents = [json.loads(item.model_dump_json())]
        version = hashlib.sha256(canonical({"items": contents})).hexdigest()[:12]
        rows = [{"id": item.id, "content": contents[0]}]
        yield canonical({"format": catalogue.FORMAT, "snapshot": "s", "cursor": 1, "version": version, "items": rows})


def enrolment_codes() -> Iterator[bytes]:
    code = make_code("CZ03", b"the authority's certificate").text
    yield from (code.encode(), code.lower().replace("-", " ").encode())


def signature_lines() -> Iterator[bytes]:
    yield line(b"content").encode()


def digests() -> Iterator[bytes]:
    yield b"sha256:" + b"0123456789abcdef" * 4


def messages() -> Iterator[bytes]:
    yield from manifests()
    yield rb'{"a": [1, -2.5e3, null, true, "\ud83d\ude00", {"b": 9007199254740991}]}'


def manifests() -> Iterator[bytes]:
    bare = "CZ030000001"
    bare += luhn(bare, CROCKFORD)
    yield canonical(
        {
            "format": FORMAT,
            "sid": MANIFEST_SID,
            "slip_code": f"{bare[:4]}-{bare[4:8]}-{bare[8:]}",
            "terminal": {"code": "CZ03", "hall": "gulou"},
            "simulated": True,
            "applicant": {"name": "陈桂兰", "number": "100101194401010028"},
            "attachments": [
                {"name": "page.jpg", "media_type": "image/jpeg", "sha256": "sha256:" + "0" * 64, "size": 4}
            ],
        }
    )


def sam_questions() -> Iterator[bytes]:
    yield b"".join(encode_command(command) for command in Command)


def engine_orders() -> Iterator[bytes]:
    yield scan_engine_frames.START_SCAN + scan_engine_frames.STOP_SCAN
    yield bytes.fromhex("7e000701000201abcd 7e000801000632abcd")


def receipts() -> Iterator[bytes]:
    """The first byte says how long the pieces are in which it comes."""
    slip = (Title("凭条 䶮"), Field("收件编号", "2026 1123 0004 5175"), Note("请拿好"), Qr("https://hall.example/CZ03"))
    for name in ("80mm", "58mm"):
        yield b"\x40" + b"".join(piece.octets for piece in encode_document(slip, profile_named(name)))
    yield b"\x10" + encode_question(1) + encode_confirmation_request(print_id("job"))  # type: ignore[arg-type]
    yield b"\x20\x1b@\x1dh\x50\x1dkI\x0b{BABC-12345" + _QR_CODE + b"\x1dV\x42\x00"
    yield b"\x20\x1dv0\x00\x02\x00\x03\x00\xff\x00\xaa\x55\x0f\xf0" + _COLUMNS + b"\x1b$\x10\x00x\n"
    yield b"\x20\x1d8L\x0b\x00\x00\x000p0\x01\x011\x08\x00\x01\x00\xa5\x1d(L\x02\x0002" + _PAGE


_QR_CODE = b"\x1d(k\x03\x001C\x06\x1d(k\x06\x001P0abc\x1d(k\x03\x001Q0"
_COLUMNS = b"\x1b*\x21\x02\x00\x01\x02\x03\x04\x05\x06"
_PAGE = b"\x1bL\x1bW\x00\x00\x00\x00\x40\x00\x40\x00A\x0c"


def vpcd_messages() -> Iterator[bytes]:
    yield framed(b"\x01") + framed(b"\x04") + framed(encode_select_application())


def apdus() -> Iterator[bytes]:
    asked = (encode_select_application(), encode_select_file(0xEF05), encode_read_tag(7), encode_select_file(0xEF06))
    yield b"".join(map(framed, (*asked, encode_read_tag(8), b"\0\xc0\0\0\x14")))
    yield b"".join(map(framed, (b"\xff\xca\0\0\0", b"\xff\xb0\0\0\0", b"\xff\xb0\x05\0\0")))


def usbip_requests() -> Iterator[bytes]:
    yield bytes.fromhex("0111800500000000") + bytes.fromhex("0111800300000000") + b"1-1".ljust(32, b"\0")


def usbip_transfers() -> Iterator[bytes]:
    head = struct.pack(">5I", 1, 1, 0x00010001, 0, 2) + struct.pack(">5i", 0, 3, 0, 0, 0) + bytes(8)
    inward = struct.pack(">5I", 1, 2, 0x00010001, 1, 1) + struct.pack(">5i", 0x200, 64, 0, 0, 0) + bytes(8)
    yield head + b"abc" + inward + struct.pack(">6I24x", 2, 3, 0x00010001, 0, 0, 2)


def usb_setups() -> Iterator[bytes]:
    for setup in ("8006000100001200", "8006000200000002", "8006010300000001", "0009010000000000", "a100000000000004"):
        yield bytes.fromhex(setup)


def control_requests() -> Iterator[bytes]:
    for path in ("acts", "status"):
        yield f"GET /v1/{path} HTTP/1.1\r\nHost: 127.0.0.1:0\r\n\r\n".encode()
    for act, details in (
        ("fault-set", {"name": "printer.paper-out", "parameters": {"after_mm": 30.5}, "on": "next-job"}),
        ("clock-advance", {"seconds": 3.5, "people": ["moved:1"]}),
    ):
        body = json.dumps(details).encode()
        head = f"POST /v1/acts/{act} HTTP/1.1\r\nHost: 127.0.0.1:0\r\nContent-Length: {len(body)}\r\n\r\n"
        yield head.encode() + body


def scenarios() -> Iterator[bytes]:
    yield SCENARIO.encode()
    for path in sorted((REPOSITORY / "hardware_sim" / "scenarios").glob("card-*.toml"))[:4]:
        yield path.read_bytes()


CONFIGURATION = """\
[terminal]
code = "CZ03"
number = "03 号机"
[hall]
name = "潮州市湘桥区政务服务中心"
short_name = "湘桥大厅"
desk = "大厅入口右手边的咨询台"
telephone = "0768-000 0000"
hours = "周一至周五 9:00-12:00"
[gateway]
url = "https://gateway.example:8700"
[store]
directory = "/var/lib/terminal"
[agent]
caps = [{ from = "09:00", to = "17:00", kbit_s = 64 }]
[devices.identity_card_reader]
address = "usb:0400:c35a"
[devices.smart_card_reader]
address = "pcsc:Feitian"
[devices.code_reader]
driver = "scan-engine"
address = "serial:/dev/ttyS2?baud=9600"
[devices.document_camera]
address = "/dev/video0"
[devices.receipt_printer]
address = "serial:/dev/ttyS3?baud=19200&flow=xonxoff"
profile = "58mm"
roll_m = 60.0
"""

SCENARIO = """\
title = "A card that is pulled"
seed = 3
clock = "real"
smart_cards = false
people.anna = { like = "moved:7" }
codes.link = { text = "https://hall.example", symbology = "QR Code" }
[[steps]]
fault = "card.pulled"
after_bytes = 400
on = "next-read"
[[steps]]
code = "link"
"""


def library_calls() -> Iterator[bytes]:
    yield b'{"returned": 144, "rooms": ["00ff", ""], "numbers": [256]}'
    yield b'{"trouble": "overran"}'
    yield b'{"trouble": "lacks"}'


def scanner_answers() -> Iterator[bytes]:
    """Everything the child that calls SANE says."""
    yield b'{"name": "test:0", "sources": ["feeder", "glass"]}'
    yield b'{"devices": [{"name": "test:0", "vendor": "Noname", "model": "frontend-tester", "type": "virtual device"}]}'
    yield (
        b'{"frame": {"format": 1, "last_frame": 1, "bytes_per_line": 30, "pixels_per_line": 10, "lines": 4,'
        b' "depth": 8}}'
    )
    yield b"L" + bytes(30)
    yield b'{"page": true}'
    yield b'{"status": 7, "at": "start"}'


def page_printer_answers() -> Iterator[bytes]:
    """Of IPP, as a printer gives them that is well, that is stopped, and that is asked for its jobs."""
    yield ipp_wire.printer()
    yield ipp_wire.printer("media-empty-error", "toner-low-warning", state=ipp_wire.STOPPED)
    counted = ((ipp_wire.INTEGER, "job-media-sheets-completed", (1,)),)
    jobs = (ipp_wire.job_attributes(5, number=number, name="job", more=counted) for number in (6, 7))
    yield ipp_wire.answer(0, *((ipp_wire.JOB_GROUP, one) for one in jobs))
    yield ipp_wire.answer(0x0406)


def traces() -> Iterator[bytes]:
    for path in sorted((Path(__file__).parents[1] / "traces").glob("*.trace")):
        yield path.read_bytes()


def scanner_calls() -> Iterator[bytes]:
    from hardware_sim.devices.saned_wire import VERSION, Action, Call, Kind, request

    yield request(Call.INIT, VERSION, texts=[b"hall"]) + request(Call.GET_DEVICES)
    yield request(Call.OPEN, texts=[b"hall-scanner"]) + request(Call.GET_OPTION_DESCRIPTORS, 0)
    yield request(Call.CONTROL_OPTION, 0, 1, Action.SET, Kind.STRING, value=b"ADF\0") + request(Call.START, 0)
    yield request(Call.CONTROL_OPTION, 0, 3, Action.SET_AUTO) + request(Call.CANCEL, 0) + request(Call.CLOSE, 0)
