"""A camera of the kernel's own making (vivid): its test pictures, and what can befall a camera."""

import io
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
from PIL import Image
from processes import until
from proving import Part, lapse, modprobe, open_files, probed, seconds

from drivers.codes.camera import CameraCodeReader
from drivers.document_camera.document_camera import DocumentCamera
from drivers.document_camera.freshness import FROZEN_AFTER_S
from drivers.document_camera.uvc import UvcCamera
from drivers.hotplug import Hotplug
from kiosk.faults import CAMERA_FROZEN, CAMERA_NOT_WORKING, CAMERA_UNPLUGGED, CODE_READER_UNPLUGGED, Fault
from kiosk.ports import CapturedPage, Disconnected, NoCode, Ready, View

NODE = Path("/dev/video0")
ANSWERS_WITHIN_S = 1.5  # the port's
BARS = {  # vivid's colour bars from the left: is there red, green, blue
    "white": (1, 1, 1),
    "yellow": (1, 1, 0),
    "cyan": (0, 1, 1),
    "green": (0, 1, 0),
    "magenta": (1, 0, 1),
    "red": (1, 0, 0),
    "blue": (0, 0, 1),
    "black": (0, 0, 0),
}


def prove(part: Part) -> None:
    with closing_camera() as camera:
        part.same("a camera that is not there: status", camera.status(), Disconnected(CAMERA_UNPLUGGED))
        part.same("a camera that is not there: look", camera.look(), Disconnected(CAMERA_UNPLUGGED))
    modprobe("vivid", "n_devs=1", "node_types=0x1")
    prove_colours(part)
    subprocess.run(["modprobe", "--remove", "vivid"], check=True)
    modprobe(
        "vivid", "n_devs=1", "node_types=0x101", "num_inputs=1", "input_types=0x3", "num_outputs=1", "output_types=1"
    )
    choose_small()
    prove_liveliness(part)
    with closing_camera() as camera:
        prove_failures(part, camera)
        prove_plug(part, camera)
    code, found = probed("drivers.document_camera.uvc", "--address", str(NODE))
    part.proof("--probe says that it is ready and how large its frames are", code == 0 and "frame" in found, found)
    code, found = probed("drivers.codes.camera", "--address", str(NODE))
    part.proof("--probe of the code reader over it is good", code == 0 and found["code"] == "none", found)


@contextmanager
def closing_camera() -> Iterator[DocumentCamera]:
    camera = DocumentCamera(UvcCamera(NODE))
    try:
        yield camera
    finally:
        camera.rest()


def control(*words: str) -> None:
    subprocess.run(["v4l2-ctl", "--device", str(NODE), *words], check=True)


def set_control(name: str, value: int) -> None:
    control("--set-ctrl", f"{name}={value}")


def choose_small() -> None:
    """640 x 480 and no other: an emulated processor is slow with pictures."""
    for how in ("scaler", "cropping", "composing"):
        set_control(f"enable_capture_{how}", 0)
    control("--set-dv-bt-timings", "index=0")


def prove_colours(part: Part) -> None:
    """Its bars, as a webcam of its largest size gives them: 3840 x 2160, two frames a second, no MJPG."""
    source = UvcCamera(NODE)
    part.same("plugged in it is ready", source.status(), Ready())
    took_s, frame = seconds(source.grab)
    part.figure("first frame of a camera with 2 frames a second, s", took_s)
    part.figure("frame that came for 2592 x 1944", f"{frame.shape[1]} x {frame.shape[0]}")
    seen = bars(frame)
    part.same("its colours are red, green, blue in that order in the frame", seen, list(BARS))
    source.release()
    with closing_camera() as camera:
        page = camera.capture(whole_desk=True)
        assert isinstance(page, CapturedPage), page
        picture = np.asarray(Image.open(io.BytesIO(page.jpeg)).convert("RGB"))
        part.proof(
            "the captured JPEG has the frame's colours and the size that is told",
            bars(picture) == list(BARS) and picture.shape == (page.height, page.width, 3),
            f"{picture.shape}, {bars(picture)}, {len(page.jpeg)} bytes",
        )


def bars(rgb: np.ndarray) -> list[str]:
    """The names of the eight bars in the lower half, where no text lies."""
    high, wide = rgb.shape[:2]
    names = {value: name for name, value in BARS.items()}
    middles = [rgb[high * 3 // 4, (2 * at + 1) * wide // 16] for at in range(8)]
    return [names[tuple(int(part > 96) for part in middle)] for middle in middles]


def prove_liveliness(part: Part) -> None:
    """Of the source alone: on an emulated processor looks are too far apart to tell that a camera hangs."""
    source = UvcCamera(NODE)
    set_control("horizontal_movement", 5)
    told = faults(source)
    part.proof(f"a picture that moves is live, {2 * FROZEN_AFTER_S:.0f} s long", not told, told[:3])
    set_control("horizontal_movement", 3)
    set_control("test_pattern", 21)  # noise, as a sensor has it
    told = faults(source)
    part.proof("a picture that is still but for its noise is live", not told, told[:3])
    set_control("test_pattern", 0)
    set_control("osd_text_mode", 2)
    part.same("frames that are all the same are a camera that hangs", set(faults(source)), {CAMERA_FROZEN})
    set_control("horizontal_movement", 5)
    until(lambda: not isinstance(source.grab(), Fault), "another frame comes", within_s=FROZEN_AFTER_S)
    part.proof("it comes back by itself", True)
    set_control("horizontal_movement", 3)
    for pattern, name in ((8, "green"), (9, "blue"), (7, "red")):
        source.grab()
        set_control("test_pattern", pattern)
        lapse(1)
        took_s, frame = seconds(source.grab)
        part.same("after a pause the frame is a new one", set(bars(frame)), {name})
        part.figure("frame after a pause, s", took_s)
    set_control("test_pattern", 0)
    set_control("osd_text_mode", 0)
    source.release()


def faults(source: UvcCamera) -> list[object]:
    """Of all grabs in twice the time after which a camera hangs."""
    deadline_s, told = time.monotonic() + 2 * FROZEN_AFTER_S, []
    while time.monotonic() < deadline_s:
        frame = source.grab()
        if isinstance(frame, Fault):
            told.append(frame)
    return told


def prove_failures(part: Part, camera: DocumentCamera) -> None:
    camera.look()
    set_control("percentage_of_dropped_buffers", 100)
    lapse(0.5)  # a frame that is there already may be shown
    for call in (camera.look, camera.look, camera.status):  # the second has to start the camera
        took_s, seen = seconds(call)
        part.proof(
            f"no frame comes: told within {ANSWERS_WITHIN_S} s",
            getattr(seen, "fault", None) == CAMERA_NOT_WORKING and took_s < ANSWERS_WITHIN_S + 0.3,
            f"{took_s} s, {seen!r:.120}",
        )
    set_control("percentage_of_dropped_buffers", 0)
    part.same("frames come again: status", camera.status(), Ready())
    set_control("inject_fatal_streaming_error", 1)
    camera.look()
    set_control("inject_fatal_streaming_error", 1)
    seen = [camera.look() for _ in range(2)]
    part.proof("a stream that breaks is begun anew at the next look", isinstance(seen[-1], View), f"{seen!r:.120}")
    camera.rest()
    part.same("at rest it is let go", open_files("/dev/video"), [])
    command = ["v4l2-ctl", "--device", str(NODE), "--stream-mmap", "--stream-count=0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as other:
        assert other.stdout is not None
        other.stdout.read(1)  # its first sign of a frame
        seen = camera.look()
        part.same("a camera that another program uses does not work", getattr(seen, "fault", None), CAMERA_NOT_WORKING)
        other.kill()
    part.same("it is ready once that program ends", camera.status(), Ready())


def prove_plug(part: Part, camera: DocumentCamera) -> None:
    reader = CameraCodeReader(UvcCamera(NODE))
    with closing(Hotplug()) as hotplug:
        for device, lost, look in (
            ("document camera", CAMERA_UNPLUGGED, camera.look),
            ("code reader", CODE_READER_UNPLUGGED, reader.look),
        ):
            look()
            part.proof(f"{device}: streams", bool(open_files("/dev/video")), open_files("/dev/video"))
            hotplug.wait(within_s=0.1)
            while hotplug.wait(within_s=1):
                pass
            bind("unbind")
            part.proof("udev tells that the camera was pulled out", hotplug.wait(within_s=10))
            part.same(f"{device}: pulled out while it streams", look(), Disconnected(lost))
            part.same(f"{device}: nothing of it stays open", open_files("/dev/video"), [])
            while hotplug.wait(within_s=1):
                pass
            bind("bind")
            part.proof("udev tells that the camera was plugged in", hotplug.wait(within_s=10))
            until(NODE.exists, "the node is there", within_s=30)
            seen = look()
            part.proof(f"{device}: works by itself again", isinstance(seen, View | NoCode), f"{seen!r:.120}")
            camera.rest()
            reader.rest()


def bind(how: str) -> None:
    Path(f"/sys/bus/platform/drivers/vivid/{how}").write_text("vivid.0", "ascii")
