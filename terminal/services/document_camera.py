"""The document camera in its thread, and what of a page it sees matters to a person."""

from collections.abc import Callable

from kiosk.journeys.events import Device, PageCaptured, PageNotCaptured, PageSeen, Shift, Sight
from kiosk.ports import CapturedPage, Disconnected, DocumentCamera, NeedsAttention, NotCaptured, Page, View
from terminal.device_thread import DeviceThread
from terminal.services.reporting import LOST_STATUS_S, OnBug, Report, StatusReport

LOOK_AT_DESK_S = 0.04
TOO_FAR_OFF = 0.22


class CameraService:
    """`show(view, visit)` gets every frame while somebody watches."""

    def __init__(
        self, camera: DocumentCamera, report: Report, on_bug: OnBug, *, show: Callable[[View, int], None]
    ) -> None:
        self._camera = camera
        self._report = report
        self._show = show
        self._status = StatusReport(Device.CAMERA, report)
        self._watching_for: int | None = None
        self._sight: Sight | None = None
        self.thread = DeviceThread("document-camera", poll=self._poll, on_bug=on_bug)

    def watch(self, visit: int) -> None:
        self.thread.post(lambda: self._watch_for(visit))

    def stop_watching(self) -> None:
        self.thread.post(lambda: self._watch_for(None))

    def capture(self, visit: int, *, whole_desk: bool) -> None:
        self.thread.post(lambda: self._capture(visit, whole_desk))

    def _watch_for(self, visit: int | None) -> None:
        self._watching_for, self._sight = visit, None
        if visit is None:
            self._camera.rest()

    def _poll(self) -> float:
        if self._watching_for is None:
            self._status.tell(self._camera.status())
            return self._status.wait_s
        match self._camera.look():
            case View() as view:
                self._status.works()
                self._show(view, self._watching_for)
                sight = sight_of(view.page)
                if sight != self._sight:
                    self._sight = sight
                    self._report(PageSeen(sight), self._watching_for)
                return LOOK_AT_DESK_S
            case (NeedsAttention() | Disconnected()) as away:
                self._sight = None
                self._status.tell(away)
                return LOST_STATUS_S

    def _capture(self, visit: int, whole_desk: bool) -> None:
        match self._camera.capture(whole_desk=whole_desk):
            case CapturedPage() as page:
                self._report(PageCaptured(page), visit)
            case NotCaptured(fault):
                self._report(PageNotCaptured(fault), visit)
            case (NeedsAttention(fault) | Disconnected(fault)) as away:
                self._status.tell(away)
                self._report(PageNotCaptured(fault), visit)


def sight_of(page: Page | None) -> Sight:
    """What of a found page matters to a person."""
    if page is None:
        return Sight(page=False)
    across, down = page.off_centre
    shift = Shift.NONE
    if not page.whole or max(abs(across), abs(down)) > TOO_FAR_OFF:
        if abs(across) >= abs(down):
            shift = Shift.LEFT if across > 0 else Shift.RIGHT
        else:
            shift = Shift.UP if down > 0 else Shift.DOWN
    return Sight(
        page=True,
        whole=page.whole,
        bright=page.bright,
        sharp=page.sharp,
        steady=page.steady,
        shift=shift,
        glare=page.glare,
    )
