"""Driving the terminal from outside: touch an object by name, wait for a state, take a picture.

A Unix socket of mode 0600, one JSON object a line each way. It posts touch events to the real screen and never
calls the domain. It is made only when every configured device is simulated; terminals are installed without it.

    {"do": "tap", "name": "startButton"}            {"do": "wait", "page": "check", "text": "...", "within_s": 10}
    {"do": "wait", "name": "primaryButton", "touchable": true}     neither disabled nor resting after a touch
    {"do": "tap", "words": "开始办理"}      what shows these words; `words` instead of `name` in a wait, too
    {"do": "draw", "name": "signaturePad", "strokes": [[[0.2, 0.5], [0.4, 0.6]]]}
    {"do": "touch", "x": 0.5, "y": 0.9, "phase": "press"}     then "move" and "release"; in parts of the window
    {"do": "where", "name": "startButton"}          answers the x and y of its middle, in parts of the window too
    {"do": "picture", "path": "/tmp/a.png"}         {"do": "look"}   answers page and texts
    {"do": "frame", "since": 7, "max_side": 960, "within_s": 10}
    answers {"seq": 8, "width": 1080, "height": 1920, "jpeg": base64} as soon as the screen differs from its picture 7,
    or with null for a picture when the time is over

A picture is taken once the screen has settled, or after two seconds where something always moves.
"""

import json
import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QPoint, QPointF, QTimer
from PySide6.QtGui import QImage
from PySide6.QtNetwork import QLocalServer, QLocalSocket
from PySide6.QtQuick import QQuickItem, QQuickView
from PySide6.QtTest import QTest

from terminal.automation.live_screen import LiveScreen

Answer = dict[str, Any]
LOOK_EVERY_MS = 20
SETTLED_LOOKS = 8
SETTLED_WITHIN_S = 2.0
WAITED_FOR = ("wait", "picture", "frame")
PHASES = ("press", "move", "release")


class NotThere(Exception):
    """What was named is not on the screen."""


class Automation(QObject):
    """Listens on `socket_path` until it is closed."""

    def __init__(self, view: QQuickView, page_name: Callable[[], str], socket_path: str, parent: QObject) -> None:
        super().__init__(parent)
        self._view = view
        self._page_name = page_name
        self._finger = QTest.createTouchDevice()
        self._waits: list[tuple[QLocalSocket, Answer, float]] = []
        self._looking = False
        self._pictures: dict[str, tuple[QImage, int]] = {}
        self._pressed: tuple[QLocalSocket, QPoint] | None = None  # by whom, and where the finger is
        self._screen = LiveScreen(view, self)
        self._look = QTimer(self)
        self._look.setInterval(LOOK_EVERY_MS)
        self._look.timeout.connect(self._answer_waits)
        view.frameSwapped.connect(self._answer_waits)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        QLocalServer.removeServer(socket_path)
        if not self._server.listen(socket_path):
            raise OSError(f"{socket_path}: {self._server.errorString()}")
        self._server.newConnection.connect(self._welcome)

    def _welcome(self) -> None:
        while socket := self._server.nextPendingConnection():
            socket.readyRead.connect(lambda s=socket: self._read(s))
            socket.disconnected.connect(lambda s=socket: self._forget(s))

    def _forget(self, socket: QLocalSocket) -> None:
        self._waits = [wait for wait in self._waits if wait[0] is not socket]
        self._pictures.clear()
        if self._pressed is not None and self._pressed[0] is socket:
            self._lift()
        socket.deleteLater()

    def _read(self, socket: QLocalSocket) -> None:
        while socket.canReadLine():
            try:
                request = json.loads(bytes(socket.readLine().data()))
            except ValueError as trouble:
                self._write(socket, {"ok": False, "why": f"not a JSON object: {trouble}"})
                continue
            if request["do"] in WAITED_FOR:
                within_s = SETTLED_WITHIN_S if request["do"] == "picture" else float(request.get("within_s", 10))
                self._waits.append((socket, request, time.monotonic() + within_s))
                self._look.start()
                continue
            try:
                self._write(socket, {"ok": True, **self._do(request, socket)})
            except NotThere as trouble:
                self._write(socket, {"ok": False, "why": str(trouble), **self._seen()})

    def _write(self, socket: QLocalSocket, answer: Answer) -> None:
        socket.write(json.dumps(answer, ensure_ascii=False).encode() + b"\n")
        socket.flush()

    def _do(self, request: Answer, socket: QLocalSocket) -> Answer:
        match request["do"]:
            case "tap":
                self._stroke([self._middle(self._item(request))])
                return {}
            case "draw":
                item = self._item(request)
                for stroke in request["strokes"]:
                    points = [
                        item.mapToScene(QPointF(x * item.width(), y * item.height())).toPoint() for x, y in stroke
                    ]
                    self._stroke(points)
                return {}
            case "touch":
                self._touch(request, socket)
                return {}
            case "where":
                middle = self._middle(self._item(request))
                return {"x": middle.x() / self._view.width(), "y": middle.y() / self._view.height()}
            case "look":
                return self._seen()
        raise NotThere(f"nothing is called {request['do']!r}")

    def _answer_waits(self) -> None:
        if self._looking:  # a picture draws a frame, and a frame is a reason to look
            return
        self._looking = True
        still = []
        for socket, request, deadline in self._waits:
            if request["do"] == "picture":
                if self._settled(request["path"]) or time.monotonic() > deadline:
                    self._write(socket, {"ok": self._pictures.pop(request["path"])[0].save(request["path"])})
                else:
                    still.append((socket, request, deadline))
            elif request["do"] == "frame":
                self._screen.look()
                is_new = self._screen.seq > request.get("since", 0)
                if is_new or time.monotonic() > deadline:
                    self._write(socket, self._frame(request, is_new=is_new))
                else:
                    still.append((socket, request, deadline))
            elif self._met(request):
                self._write(socket, {"ok": True, **self._seen()})
            elif time.monotonic() > deadline:
                self._write(socket, {"ok": False, "why": f"waited in vain for {request}", **self._seen()})
            else:
                still.append((socket, request, deadline))
        self._waits = still
        self._looking = False
        if not still:
            self._look.stop()

    def _frame(self, request: Answer, *, is_new: bool) -> Answer:
        size = {"width": self._view.width(), "height": self._view.height()}
        return {
            "ok": True,
            "seq": self._screen.seq,
            **size,
            "jpeg": self._screen.jpeg(int(request.get("max_side", max(size.values())))) if is_new else None,
        }

    def _touch(self, request: Answer, socket: QLocalSocket) -> None:
        """One finger; who presses while somebody else does takes it over."""
        phase = request["phase"]
        if phase not in PHASES:
            raise NotThere(f"a touch is one of {', '.join(PHASES)}, not {phase!r:.40}")
        if phase == "press":
            self._lift()
        elif self._pressed is None or self._pressed[0] is not socket:
            raise NotThere("no finger is on the screen")
        x, y = (min(max(float(request[key]), 0.0), 1.0) for key in ("x", "y"))
        point = QPoint(round(x * (self._view.width() - 1)), round(y * (self._view.height() - 1)))
        self._pressed = None if phase == "release" else (socket, point)
        touch = QTest.touchEvent(self._view, self._finger)
        {"press": touch.press, "move": touch.move, "release": touch.release}[phase](0, point, self._view).commit()

    def _lift(self) -> None:
        """Nothing when no finger is on the screen."""
        if self._pressed is not None:
            (_, point), self._pressed = self._pressed, None
            QTest.touchEvent(self._view, self._finger).release(0, point, self._view).commit()

    def _settled(self, path: str) -> bool:
        """Whether the screen has looked the same for some looks: nothing fades or moves any more."""
        before, same = self._pictures.get(path, (None, 0))
        now = self._view.grabWindow()
        self._pictures[path] = now, same + 1 if now == before else 0
        return same + 1 >= SETTLED_LOOKS and now == before

    def _met(self, request: Answer) -> bool:
        if "page" in request and self._page_name() != request["page"]:
            return False
        if "name" in request or "words" in request:
            item = self._find(request)
            if item is None or not item.isEnabled():
                return False
            if request.get("touchable") and any(_rests(around) for around in _around(item)):
                return False
        return "text" not in request or any(request["text"] in text for text in self._texts())

    def _seen(self) -> Answer:
        return {"page": self._page_name(), "texts": self._texts()}

    def _texts(self) -> list[str]:
        items = self._visible(self._view.contentItem())
        texts = (item.property("text") for item in items)
        return [text for text in texts if isinstance(text, str) and text]

    def _visible(self, item: QQuickItem) -> list[QQuickItem]:
        if not item.isVisible() or item.opacity() == 0:
            return []
        return [item, *(below for child in item.childItems() for below in self._visible(child))]

    def _find(self, request: Answer) -> QQuickItem | None:
        """By `name`, else by `words`: those that are the whole text come before those that are a part of it."""
        visible = self._visible(self._view.contentItem())
        if "name" in request:
            return next((item for item in visible if item.objectName() == request["name"]), None)
        words = request["words"]
        shown = [(item, text) for item in visible if isinstance(text := item.property("text"), str) and words in text]
        return min(shown, key=lambda found: found[1] != words, default=(None, ""))[0]

    def _item(self, request: Answer) -> QQuickItem:
        item = self._find(request)
        if item is None:
            raise NotThere(f"no {request.get('name', request.get('words'))} on the screen")
        return item

    def _middle(self, item: QQuickItem) -> QPoint:
        return item.mapToScene(QPointF(item.width() / 2, item.height() / 2)).toPoint()

    def _stroke(self, points: list[QPoint]) -> None:
        QTest.touchEvent(self._view, self._finger).press(0, points[0], self._view).commit()
        for point in points[1:]:
            QTest.touchEvent(self._view, self._finger).move(0, point, self._view).commit()
        QTest.touchEvent(self._view, self._finger).release(0, points[-1], self._view).commit()


def _around(item: QQuickItem | None) -> list[QQuickItem]:
    """The item and all it lies in."""
    return [] if item is None else [item, *_around(item.parentItem())]


def _rests(item: QQuickItem) -> bool:
    return bool(item.property("blocked") or item.property("resting"))
