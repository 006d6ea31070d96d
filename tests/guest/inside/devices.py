"""Devices that need a kernel of their own to be simulated, each against the driver as it is shipped."""

import argparse
import subprocess
import traceback
from pathlib import Path

import devices_camera
import devices_ccid
import devices_serial
import devices_usb
import devices_wedge
from processes import until
from proving import Part

PARTS = {
    "wedge": devices_wedge.prove,
    "camera": devices_camera.prove,
    "usb": devices_usb.prove,
    "ccid": devices_ccid.prove,
    "serial": devices_serial.prove,
}


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--parts", nargs="+", choices=PARTS, required=True)
    options = parser.parse_args()
    start_udev()
    for name in options.parts:
        part = Part(name)
        try:
            PARTS[name](part)
        except Exception as error:  # noqa: BLE001 - the other parts are still to be tried
            traceback.print_exc()
            part.proof("runs to its end", False, repr(error))
    return 0


def start_udev() -> None:
    Path("/dev/pts").mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "devpts", "devpts", "/dev/pts"], check=True)
    subprocess.run(["/lib/systemd/systemd-udevd", "--daemon"], check=True)
    until(Path("/run/udev/control").exists, "udev runs", within_s=30)


if __name__ == "__main__":
    raise SystemExit(main())
