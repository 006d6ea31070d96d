"""One look through a document camera, for a technician."""

from collections.abc import Iterator

from drivers.document_camera.document_camera import DocumentCamera
from drivers.probing import Finding, status_finding
from kiosk.ports import Disconnected, NeedsAttention


def look_once(camera: DocumentCamera, tested_against: str) -> Iterator[Finding]:
    yield Finding("tested against", tested_against)
    status = camera.status()
    yield status_finding(status)
    if isinstance(status, Disconnected):
        return
    match camera.look():
        case NeedsAttention(fault) | Disconnected(fault):
            yield Finding("frame", f"none: {fault.code} ({fault.who_acts.value})", good=False)
        case view:
            yield Finding("frame", f"{view.frame.width} x {view.frame.height}")
            yield Finding(
                "page", "none" if view.page is None else "found" if view.page.good else "found, cannot be read"
            )
    camera.rest()
