"""Bulk pipes of USB devices through pyusb: an interface that is found, claimed and let go, and the printer class on it.

A kernel driver that has the interface is sent away and called back. `backend` is pyusb's; None takes its own (libusb).
"""

import errno
import re
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import usb.core
import usb.util

from drivers.transport import DISCARD_WITHIN_S, WRITE_WITHIN_S, LossLog, TransportLost

PRINTER_CLASS = 7
BIDIRECTIONAL = 2  # bInterfaceProtocol of the printer class
_READ_BYTES = 16384  # a multiple of every packet size: less could overflow
_NOTHING_YET_S = 0.01  # some devices answer at once that they have nothing

Choose = Callable[[Iterable[Any]], Any]  # of a device's interfaces the one that is meant, or None


@dataclass(frozen=True, slots=True)
class UsbAddress:
    """`serial_number` tells several of the same make apart."""

    vendor: int
    product: int
    serial_number: str | None = None

    def __str__(self) -> str:
        return f"usb:{self.vendor:04x}:{self.product:04x}" + (f":{self.serial_number}" if self.serial_number else "")


def parse_usb_address(address: str) -> UsbAddress | None:
    """`usb:VVVV:PPPP` or `usb:VVVV:PPPP:SERIAL`, ids in hexadecimal; None for any other form."""
    match = re.fullmatch(r"usb:([0-9A-Fa-f]{4}):([0-9A-Fa-f]{4})(?::([!-~]{1,126}))?", address)
    return UsbAddress(int(match[1], 16), int(match[2], 16), match[3]) if match else None


class UsbInterface:
    """One interface of one device. Opens itself at the first call and again after a loss, like a transport."""

    def __init__(self, address: UsbAddress, choose: Choose, *, backend: Any = None) -> None:
        self._address = address
        self._choose = choose
        self._backend = backend
        self._device: Any = None
        self._number = 0
        self._kernel_had_it = False
        self._losses = LossLog()

    def open(self) -> Any:
        """The interface as pyusb describes it (its endpoints are iterated), claimed."""
        if self._device is None:
            try:
                self._device = self._found()
                self._interface = self._claimed(self._device)
            except (usb.core.USBError, usb.core.NoBackendError, NotImplementedError) as error:
                raise self._lost(error) from error
            self._losses.opened()
        return self._interface

    def write(self, endpoint: int, data: bytes) -> None:
        self.open()
        while data:
            written = self._transfer(self._device.write, endpoint, data, round(WRITE_WITHIN_S * 1000))
            if not written:
                raise self._lost(TimeoutError("takes nothing"))
            data = data[written:]

    def read(self, endpoint: int, *, within_s: float) -> bytes:
        """What has come, empty when nothing came in time."""
        self.open()
        deadline = time.monotonic() + within_s
        while True:
            left_ms = max(1, round((deadline - time.monotonic()) * 1000))  # 0 is for ever
            arrived = self._transfer(self._device.read, endpoint, _READ_BYTES, left_ms)
            if arrived or time.monotonic() + _NOTHING_YET_S >= deadline:
                return bytes(arrived or b"")
            time.sleep(_NOTHING_YET_S)

    def discard(self, endpoint: int, *, within_s: float = 0) -> None:
        """Read until nothing comes within that time, or the device does not stop talking."""
        deadline = time.monotonic() + DISCARD_WITHIN_S
        while self.read(endpoint, within_s=within_s) and time.monotonic() < deadline:
            pass

    def close(self) -> None:
        device, self._device = self._device, None
        if device is None:
            return
        with suppress(usb.core.USBError):
            usb.util.release_interface(device, self._number)
        if self._kernel_had_it:
            self._kernel_had_it = False
            with suppress(usb.core.USBError, NotImplementedError):
                device.attach_kernel_driver(self._number)
        with suppress(usb.core.USBError):
            usb.util.dispose_resources(device)

    def _transfer(self, transfer: Callable[..., Any], endpoint: int, what: Any, within_ms: int) -> Any:
        """Its result, None when the time was over. A stalled endpoint is freed and asked once more."""
        for again in (True, False):
            try:
                return transfer(endpoint, what, within_ms)
            except usb.core.USBTimeoutError:
                return None
            except usb.core.USBError as error:
                if error.errno != errno.EPIPE or not again:
                    raise self._lost(error) from error
                self._free(endpoint)
        raise AssertionError("the second failure is raised")

    def _free(self, endpoint: int) -> None:
        try:
            self._device.clear_halt(endpoint)
        except usb.core.USBError as error:
            raise self._lost(error) from error

    def _found(self) -> Any:
        wanted = self._address
        devices = usb.core.find(find_all=True, backend=self._backend, idVendor=wanted.vendor, idProduct=wanted.product)
        for device in devices:
            if wanted.serial_number in (None, _serial_number(device)):
                return device
            usb.util.dispose_resources(device)
        raise usb.core.USBError("not there", errno=errno.ENODEV)

    def _claimed(self, device: Any) -> Any:
        try:
            configuration = device.get_active_configuration()
        except usb.core.USBError:  # not configured yet
            device.set_configuration()
            configuration = device.get_active_configuration()
        interface = self._choose(configuration)
        if interface is None:
            raise usb.core.USBError("has no such interface", errno=errno.ENXIO)
        self._number = interface.bInterfaceNumber
        with suppress(NotImplementedError):  # where there is no kernel driver to ask for
            if device.is_kernel_driver_active(self._number):
                device.detach_kernel_driver(self._number)
                self._kernel_had_it = True
        usb.util.claim_interface(device, self._number)
        if interface.bAlternateSetting:
            interface.set_altsetting()
        return interface

    def _lost(self, error: Exception) -> TransportLost:
        self.close()
        return self._losses.lost(self._address, error)


def _serial_number(device: Any) -> str | None:
    try:
        return str(device.serial_number)
    except (usb.core.USBError, ValueError):  # may not be asked, or has no texts
        return None


def bulk_endpoint(interface: Any, direction: int) -> int | None:
    """The address of its first bulk endpoint in one direction (`usb.util.ENDPOINT_IN` or `_OUT`)."""
    for endpoint in interface:
        kind = usb.util.endpoint_type(endpoint.bmAttributes)
        if kind == usb.util.ENDPOINT_TYPE_BULK and usb.util.endpoint_direction(endpoint.bEndpointAddress) == direction:
            return int(endpoint.bEndpointAddress)
    return None


class UsbPrinterTransport:
    """A printer on USB: class 7, bulk out, and bulk in where it has one. Without one nothing is ever heard of it."""

    def __init__(self, address: UsbAddress, *, backend: Any = None) -> None:
        self._usb = UsbInterface(address, _printer_interface, backend=backend)

    def discard_input(self) -> None:
        endpoint = self._endpoint(usb.util.ENDPOINT_IN)
        if endpoint is not None:
            self._usb.discard(endpoint)

    def write(self, data: bytes) -> None:
        endpoint = self._endpoint(usb.util.ENDPOINT_OUT)
        assert endpoint is not None, "such an interface was not chosen"
        self._usb.write(endpoint, data)

    def read(self, *, within_s: float) -> bytes:
        endpoint = self._endpoint(usb.util.ENDPOINT_IN)
        if endpoint is None:
            time.sleep(within_s)
            return b""
        return self._usb.read(endpoint, within_s=within_s)

    def close(self) -> None:
        self._usb.close()

    def _endpoint(self, direction: int) -> int | None:
        return bulk_endpoint(self._usb.open(), direction)


def _printer_interface(interfaces: Iterable[Any]) -> Any:
    """Of class 7 with bulk out; best one that also answers."""
    printers = [
        interface
        for interface in interfaces
        if interface.bInterfaceClass == PRINTER_CLASS and bulk_endpoint(interface, usb.util.ENDPOINT_OUT) is not None
    ]
    return max(printers, key=lambda interface: interface.bInterfaceProtocol == BIDIRECTIONAL, default=None)
