"""What is on the pages of a document: drawn and read by poppler's programs."""

import subprocess
from pathlib import Path

from hardware_sim.devices.page_printer_machine import Page

DRAWN_DPI = 75
WITHIN_S = 20.0


def drawn(document: Path, folder: Path) -> tuple[Page, ...]:
    """Its pages in order, as pictures in `folder`; none of what is no PDF."""
    folder.mkdir(exist_ok=True)
    stem = folder / document.stem
    try:
        text = _said("pdftotext", "-layout", "-enc", "UTF-8", document, "-")
        _said("pdftoppm", "-png", "-r", str(DRAWN_DPI), document, stem)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        return ()
    pictures = sorted(folder.glob(f"{document.stem}-*.png"), key=lambda path: int(path.stem.rpartition("-")[2]))
    texts = text.decode("utf-8", "replace").split("\f")
    return tuple(Page(picture, page) for picture, page in zip(pictures, texts, strict=False))


def _said(*command: str | Path) -> bytes:
    return subprocess.run(command, check=True, capture_output=True, timeout=WITHIN_S).stdout
