"""The camera's truth: steady or moving, whole or not, there or gone."""

import io
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from drivers.document_camera.document_camera import DocumentCamera
from drivers.document_camera.frames import FolderOfFrames
from drivers.document_camera.uvc import UvcCamera
from hardware_sim.devices import document_camera as simulated_camera
from hardware_sim.people import cast
from kiosk.faults import CAMERA_FROZEN, CAMERA_NO_PAGE, CAMERA_NOT_WORKING, CAMERA_UNPLUGGED
from kiosk.ports import CapturedPage, Disconnected, NeedsAttention, NotCaptured, Page, Ready, View
from tests.system.waiting import until
from tests.wires.desk_pictures import desk, place, sheet


@pytest.fixture
def camera(tmp_path: Path) -> DocumentCamera:
    return DocumentCamera(FolderOfFrames(tmp_path))


def steady(camera: DocumentCamera) -> bool:
    view = camera.look()
    assert isinstance(view, View)
    assert view.page is not None
    return view.page.steady


def test_a_page_is_steady_once_it_lies_as_before(camera: DocumentCamera, tmp_path: Path) -> None:
    lying = [
        (desk(sheet(), at=(700, 600)), False),
        (desk(sheet(), at=(760, 600)), False),
        (desk(sheet(), at=(761, 600)), True),
    ]
    for picture, still in lying:
        place(picture, tmp_path)
        assert steady(camera) is still
    camera.rest()
    assert not steady(camera), "after a rest nothing is known"


def test_the_newer_of_two_frames_is_the_frame(camera: DocumentCamera, tmp_path: Path) -> None:
    place(desk(), tmp_path)
    place(desk(sheet()), tmp_path, "current.jpg")
    assert not steady(camera)


def test_the_frame_shown_is_the_one_that_was_seen(camera: DocumentCamera, tmp_path: Path) -> None:
    place(desk(sheet()), tmp_path)
    view = camera.look()
    assert isinstance(view, View)
    assert (view.frame.width, view.frame.height, len(view.frame.rgb)) == (1080, 810, 1080 * 810 * 3)


def test_a_page_is_cut_out_and_the_whole_desk_only_when_asked(camera: DocumentCamera, tmp_path: Path) -> None:
    place(desk(sheet()), tmp_path)
    page = camera.capture(whole_desk=True)
    assert isinstance(page, CapturedPage)
    assert page.height > page.width
    place(desk(), tmp_path)
    assert camera.capture(whole_desk=False) == NotCaptured(CAMERA_NO_PAGE)
    everything = camera.capture(whole_desk=True)
    assert isinstance(everything, CapturedPage)
    assert Image.open(io.BytesIO(everything.jpeg)).size == (everything.width, everything.height) == (1600, 1200)


def test_half_a_page_is_not_captured_as_a_page(camera: DocumentCamera, tmp_path: Path) -> None:
    place(desk(sheet(), at=(1500, 600)), tmp_path)
    assert camera.capture(whole_desk=False) == NotCaptured(CAMERA_NO_PAGE)


def test_a_camera_that_is_gone_is_said_so_and_comes_back(tmp_path: Path) -> None:
    folder = tmp_path / "desk"
    camera = DocumentCamera(FolderOfFrames(folder))
    gone = Disconnected(CAMERA_UNPLUGGED)
    assert [camera.status(), camera.look(), camera.capture(whole_desk=True)] == [gone] * 3
    folder.mkdir()
    assert camera.status() == gone
    place(desk(), folder)
    assert camera.status() == Ready()
    assert isinstance(camera.look(), View)


def test_a_frame_that_is_no_picture_needs_attention_until_one_is(camera: DocumentCamera, tmp_path: Path) -> None:
    (tmp_path / "current.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    assert camera.look() == NeedsAttention(CAMERA_NOT_WORKING)
    assert camera.status() == NeedsAttention(CAMERA_NOT_WORKING)
    place(desk(), tmp_path)
    assert camera.status() == Ready()


def test_a_video_device_that_is_absent_is_unplugged() -> None:
    camera = DocumentCamera(UvcCamera(Path("/dev/video-that-is-absent")))
    assert camera.status() == camera.look() == Disconnected(CAMERA_UNPLUGGED)


def test_a_node_that_is_no_camera_does_not_work(capfd: pytest.CaptureFixture[str]) -> None:
    camera = DocumentCamera(UvcCamera(Path("/dev/null")))
    assert camera.look() == NeedsAttention(CAMERA_NOT_WORKING)
    assert camera.status() == NeedsAttention(CAMERA_NOT_WORKING)
    capfd.readouterr()  # OpenCV says on stderr that it cannot open it


def test_an_idle_terminal_does_not_hold_opencv() -> None:
    asked = "import sys, drivers.configured; sys.exit('cv2' in sys.modules or 'numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0


def test_a_live_folder_whose_frame_stands_still_for_three_seconds_of_looking_is_frozen(tmp_path: Path) -> None:
    now_s = 0.0
    camera = DocumentCamera(FolderOfFrames(tmp_path, now_s=lambda: now_s))
    place(desk(), tmp_path)
    for _ in range(9):
        now_s += 0.5
        assert isinstance(camera.look(), View), "whoever plays the desk may leave a picture there"
    (tmp_path / "live").touch()
    for _ in range(6):
        now_s += 0.5
        assert isinstance(camera.look(), View)
    now_s += 0.5
    assert camera.look() == camera.capture(whole_desk=True) == NeedsAttention(CAMERA_FROZEN)
    assert camera.status() == NeedsAttention(CAMERA_FROZEN)
    now_s += 600
    assert camera.status() == NeedsAttention(CAMERA_FROZEN)
    place(desk(sheet()), tmp_path)
    assert camera.status() == Ready()
    assert isinstance(camera.look(), View)


def test_between_looks_far_apart_a_frame_may_stand_still(tmp_path: Path) -> None:
    now_s = 0.0
    camera = DocumentCamera(FolderOfFrames(tmp_path, now_s=lambda: now_s))
    place(desk(), tmp_path)
    (tmp_path / "live").touch()
    for _ in range(5):
        now_s += 60
        assert isinstance(camera.look(), View)


def test_a_simulated_camera_that_is_stale_is_frozen_and_recovers(tmp_path: Path) -> None:
    folder, now_s = tmp_path / "camera", 0.0
    simulated = simulated_camera.DocumentCamera(folder, frames_per_s=50)
    simulated.start()
    camera = DocumentCamera(FolderOfFrames(folder, now_s=lambda: now_s))
    simulated.set_fault("camera.stale")
    for _ in range(8):
        now_s += 0.5
        last = camera.look()
    assert last == NeedsAttention(CAMERA_FROZEN)
    simulated.clear_fault("camera.stale")
    until(lambda: camera.status() == Ready(), "a camera that gives frames again")
    simulated.stop()


def test_a_lamp_that_is_reflected_in_the_page_is_glare_and_a_pale_page_is_not(tmp_path: Path) -> None:
    folder = tmp_path / "camera"
    simulated = simulated_camera.DocumentCamera(folder, frames_per_s=50)
    simulated.start()
    camera = DocumentCamera(FolderOfFrames(folder))

    def page() -> Page:
        until(lambda: simulated.state()["still"], "a page that lies still")
        view = camera.look()
        assert isinstance(view, View)
        assert view.page is not None
        return view.page

    simulated.put(simulated_camera.laid_page("household-member", cast()["yang-hong"]))
    assert page().good
    simulated.set_fault("camera.glare")
    assert page().glare
    assert not page().good
    simulated.clear_fault(None)
    assert page().good
    simulated.stop()
