"""A hand on the glass: the other end of `terminal.automation`, for the scripted citizen and for tests."""

import json
import socket
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self


class Unmet(AssertionError):
    """The terminal does not show what was expected."""


class Hand:
    """One connection to a terminal. Raises Unmet when something is not there in time."""

    def __init__(self, socket_path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(socket_path))
        self._lines = self._socket.makefile("r", encoding="utf-8")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._lines.close()
        self._socket.close()

    def tap(self, name: str, *, within_s: float = 10) -> None:
        """Wait until it is there and can be touched, then touch its middle."""
        self.wait_touchable(name, within_s=within_s)
        self._ask(do="tap", name=name)

    def touch(self, words: str, *, within_s: float = 10) -> None:
        """Wait until these words stand there and can be touched, then touch them."""
        self._ask(do="wait", words=words, touchable=True, within_s=within_s)
        self._ask(do="tap", words=words)

    def tap_keys(self, text: str) -> None:
        """Touch one key of a digit pad after the other."""
        for character in text:
            self.tap(f"key-{character}")

    def wait_touchable(self, name: str, *, within_s: float = 10) -> None:
        """Wait until it is there, and a touch would count."""
        self._ask(do="wait", name=name, touchable=True, within_s=within_s)

    def can_tap(self, name: str) -> bool:
        """Whether it is there now and can be touched."""
        try:
            self._ask(do="wait", name=name, touchable=True, within_s=0)
        except Unmet:
            return False
        return True

    def wait(self, page: str, *, text: str | None = None, name: str | None = None, within_s: float = 15) -> list[str]:
        """Wait for the page, and for a text or object on it. Returns all texts that stand there."""
        wanted = {"page": page, "text": text, "name": name}
        answer = self._ask(do="wait", within_s=within_s, **{k: v for k, v in wanted.items() if v is not None})
        return list(answer["texts"])

    def draw(self, name: str, strokes: Sequence[Sequence[tuple[float, float]]]) -> None:
        """Strokes in fractions of the object's width and height, once it is there."""
        self._ask(do="wait", name=name, within_s=10)
        self._ask(do="draw", name=name, strokes=strokes)

    def finger(self, x: float, y: float, phase: str) -> None:
        """`press`, `move` or `release` at this place, in parts of the window."""
        self._ask(do="touch", x=x, y=y, phase=phase)

    def frame(self, *, since: int = 0, max_side: int = 4096, within_s: float = 10) -> dict[str, Any]:
        """`seq`, `width`, `height` and `jpeg` in base64, as soon as the screen differs from the picture `since`; None
        for `jpeg` when it does not."""
        return self._ask(do="frame", since=since, max_side=max_side, within_s=within_s)

    def picture(self, path: Path) -> None:
        self._ask(do="picture", path=str(path))

    def look(self) -> dict[str, Any]:
        """`page` and `texts`."""
        return self._ask(do="look")

    def _ask(self, **request: object) -> dict[str, Any]:
        self._socket.sendall(json.dumps(request, ensure_ascii=False).encode() + b"\n")
        line = self._lines.readline()
        if not line:
            raise ConnectionError("the terminal has gone")
        answer: dict[str, Any] = json.loads(line)
        if not answer["ok"]:
            raise Unmet(
                f"{answer.get('why', request)}; page {answer.get('page')}: {' | '.join(answer.get('texts', []))}"
            )
        return answer
