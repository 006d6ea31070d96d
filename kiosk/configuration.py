"""What an operator may set on a terminal. Units stand in the names; an unknown key is an error."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

DAY_S = 86_400
TIME_OF_DAY = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
Words = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]+$")]  # a line on screen and slip
Seconds = Annotated[float, Field(gt=0, le=DAY_S, allow_inf_nan=False)]


class Strict(BaseModel):
    """A frozen table of settings that knows its keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Terminal(Strict):
    """`code`: the terminal's four characters of Crockford base 32, the first four of every slip code."""

    code: Annotated[str, Field(pattern=r"^[0-9A-HJKMNP-TV-Z]{4}$")]
    number: Words  # as the hall calls it: "03 号机"


class Hall(Strict):
    """The place it stands in, and who helps there."""

    name: Words
    short_name: Words
    desk: Words  # where the help desk is
    telephone: Words
    hours: Words


class Gateway(Strict):
    url: str
    connect_timeout_s: Seconds = 5.0
    read_timeout_s: Seconds = 20.0


class Cap(Strict):
    """No more than `kbit_s` of uploads from one time of day in China to another, over midnight too."""

    model_config = ConfigDict(serialize_by_alias=True)

    from_: Annotated[str, Field(pattern=TIME_OF_DAY, alias="from")]
    to: Annotated[str, Field(pattern=TIME_OF_DAY)]
    kbit_s: Annotated[int, Field(ge=8)]


class Agent(Strict):
    """How often the agent looks what the platform has for it, and what its uploads may take of the line.

    `feed_waiting_s` counts while something is received and not yet kept for good, `feed_s` otherwise.
    """

    caps: tuple[Cap, ...] = ()
    feed_s: Seconds = 600.0
    feed_waiting_s: Seconds = 60.0
    configuration_s: Seconds = 600.0
    catalogue_s: Seconds = 600.0
    cases_s: Seconds = 600.0
    audit_s: Seconds = 300.0
    telemetry_s: Seconds = 600.0
    renewal_s: Seconds = 3600.0


class Store(Strict):
    """`directory` holds the outbox and its key. Below `reserve_mb` free, or when the outbox would outgrow `budget_mb`,
    nothing more is sealed."""

    directory: str
    reserve_mb: Annotated[int, Field(ge=0)] = 64
    budget_mb: Annotated[int, Field(gt=0)] = 4000


class Times(Strict):
    idle_timeout_s: Seconds = 90.0
    idle_timeout_large_s: Seconds = 150.0
    answer_timeout_s: Seconds = 30.0
    entry_timeout_s: Seconds = 600.0
    goodbye_s: Seconds = 8.0
    acknowledge_wait_s: Seconds = 8.0


class Screen(Strict):
    width_px: Annotated[int, Field(gt=0)] = 1080
    height_px: Annotated[int, Field(gt=0)] = 1920
    pixels_per_mm: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 3.65


# One of ours (`drivers/configured.py`), or one that an installed package brings (`drivers/installed.py`).
Driver = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]


class IdentityCardReaderDevice(Strict):
    """`address`: `serial:/dev/ttyS1?baud=115200` (or `baud=auto`), `tcp:host:port` or `usb:0400:c35a` for sam,
    `pcsc:NAME` for pcsc-storage, `sdt:/opt/vendor/libsdtapi.so?port=1001` for sdt-library. `photo_decoder`:
    a vendor's library that decodes the chip's photo."""

    driver: Driver = "sam"
    address: str
    photo_decoder: str | None = None
    simulated: bool = False


class SmartCardReaderDevice(Strict):
    """`address`: `pcsc:NAME`, the reader's name or how it begins."""

    driver: Driver = "pcsc"
    address: str
    simulated: bool = False


class CodeReaderDevice(Strict):
    """`address`: `/dev/video0` or a folder of frames for camera, `serial:...` for scan-engine, `/dev/input/by-id/...`
    for wedge."""

    driver: Driver
    address: str
    simulated: bool = False


class DocumentCameraDevice(Strict):
    """`address`: `/dev/video0` for uvc, a folder for frames."""

    driver: Driver = "uvc"
    address: str
    simulated: bool = False


class ReceiptPrinterDevice(Strict):
    """`address`: `serial:...`, `tcp:host:port` or `usb:VVVV:PPPP`; `profile` names a row of
    `drivers/receipt_printer/profiles.toml`, or of another file: `/etc/terminal/printers.toml#ours`.
    `roll_m`: the paper on a new roll."""

    driver: Driver = "escpos"
    address: str
    profile: str = "80mm"
    roll_m: Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)] = 80.0
    simulated: bool = False


class DocumentScannerDevice(Strict):
    """`address`: SANE's name of the scanner, as `scanimage -L` tells it, or how it begins."""

    driver: Driver = "sane"
    address: str
    simulated: bool = False


class PagePrinterDevice(Strict):
    """`address`: `ipp://host:port/ipp/print`."""

    driver: Driver = "ipp"
    address: str
    simulated: bool = False


class Devices(Strict):
    """What stands in this terminal's case."""

    identity_card_reader: IdentityCardReaderDevice
    document_camera: DocumentCameraDevice
    receipt_printer: ReceiptPrinterDevice
    smart_card_reader: SmartCardReaderDevice | None = None
    code_reader: CodeReaderDevice | None = None
    document_scanner: DocumentScannerDevice | None = None
    page_printer: PagePrinterDevice | None = None

    @property
    def names(self) -> frozenset[str]:
        """Of those that there are."""
        return frozenset(name for name in type(self).model_fields if getattr(self, name) is not None)

    @property
    def any_simulated(self) -> bool:
        return any(self._simulated)

    @property
    def all_simulated(self) -> bool:
        return all(self._simulated)

    @property
    def _simulated(self) -> tuple[bool, ...]:
        devices = (getattr(self, name) for name in type(self).model_fields)
        return tuple(device.simulated for device in devices if device is not None)


class Configuration(Strict):
    terminal: Terminal
    hall: Hall
    gateway: Gateway
    store: Store
    agent: Agent = Agent()
    times: Times = Times()
    screen: Screen = Screen()
    devices: Devices
