pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Shapes

// Where one signs with a finger. `strokes` is a list of strokes, each a list of {x, y, t}: millimetres from the upper
// left corner of the pad, milliseconds since the first touch. Only the first finger writes; a resting palm does not.
Rectangle {
    id: root

    property string who: ""
    property string redoText: ""
    property var strokes: []
    property int fingerId: -1
    property real startedAt: 0
    readonly property bool empty: strokes.length === 0
    readonly property real inkWidth: Theme.du(9)

    signal strokeEnded

    function clear() {
        fingerId = -1;
        strokes = [];
        ink.drawn = [];
        ink.wiped = true;
        ink.requestPaint();
    }

    function begin(x: real, y: real) {
        strokes = strokes.concat([[]]);
        extend(x, y);
    }

    function extend(x: real, y: real) {
        const stroke = strokes[strokes.length - 1];
        const inside = Qt.point(Math.max(0, Math.min(width, x)), Math.max(0, Math.min(height, y)));
        const last = stroke.length > 0 ? stroke[stroke.length - 1] : null;
        const clock = Date.now();
        if (strokes.length === 1 && last === null)
            startedAt = clock;
        const now = Math.max(last === null ? 0 : last.t, clock - startedAt);
        const from = last === null ? inside : Qt.point(last.x * Theme.pixelsPerMm, last.y * Theme.pixelsPerMm);
        if (last !== null && from.x === inside.x && from.y === inside.y)
            return;
        stroke.push({
            "x": inside.x / Theme.pixelsPerMm,
            "y": inside.y / Theme.pixelsPerMm,
            "t": now
        });
        ink.draw(from, inside);
    }

    implicitHeight: Theme.du(984)
    color: Theme.surface
    radius: Theme.radiusCard
    border.width: Theme.borderControl
    border.color: Theme.controlBorder
    Accessible.role: Accessible.Canvas
    Accessible.name: who

    Shape {
        anchors.fill: parent

        ShapePath {
            strokeColor: Theme.sealMark
            strokeWidth: Theme.du(9)
            fillColor: "transparent"
            capStyle: ShapePath.RoundCap
            joinStyle: ShapePath.RoundJoin

            PathSvg {
                readonly property real far: Theme.du(36)
                readonly property real arm: Theme.du(76)
                readonly property real w: root.width
                readonly property real h: root.height - Theme.du(166)
                readonly property real r: Theme.gapTight

                path: `M${far + arm} ${far}H${far + r}Q${far} ${far} ${far} ${far + r}V${far + arm}` + `M${far} ${h - arm}V${h - r}Q${far} ${h} ${far + r} ${h}H${far + arm}` + `M${w - far - arm} ${far}H${w - far - r}Q${w - far} ${far} ${w - far} ${far + r}V${far + arm}` + `M${w - far} ${h - arm}V${h - r}Q${w - far} ${h} ${w - far - r} ${h}H${w - far - arm}`
            }
        }

        ShapePath {
            strokeColor: Theme.controlBorder
            strokeWidth: Theme.borderControl
            fillColor: "transparent"
            strokeStyle: ShapePath.DashLine
            dashPattern: [0.4, 4.6]
            capStyle: ShapePath.RoundCap

            PathSvg {
                readonly property real base: root.height * 0.67

                path: `M${Theme.du(64)} ${base}H${root.width - Theme.du(64)}`
            }
        }
    }

    BodyText {
        x: Theme.padCard
        anchors.bottom: parent.bottom
        anchors.bottomMargin: Theme.du(44)
        text: root.who
        secondary: true
    }

    Canvas {
        id: ink

        property var drawn: []
        property bool wiped: false

        function draw(from: point, to: point) {
            drawn.push(from, to);
            const wide = root.inkWidth;
            markDirty(Qt.rect(Math.min(from.x, to.x) - wide, Math.min(from.y, to.y) - wide, Math.abs(from.x - to.x) + 2 * wide, Math.abs(from.y - to.y) + 2 * wide));
        }

        function redraw() {
            wiped = true;
            drawn = [];
            for (const stroke of root.strokes)
                for (let i = 0; i < stroke.length; i++)
                    drawn.push(Qt.point(stroke[Math.max(0, i - 1)].x * Theme.pixelsPerMm, stroke[Math.max(0, i - 1)].y * Theme.pixelsPerMm), Qt.point(stroke[i].x * Theme.pixelsPerMm, stroke[i].y * Theme.pixelsPerMm));
            requestPaint();
        }

        anchors.fill: parent
        renderStrategy: Canvas.Immediate
        onWidthChanged: redraw()
        onHeightChanged: redraw()
        onPaint: {
            const context = getContext("2d");
            if (wiped)
                context.clearRect(0, 0, width, height);
            wiped = false;
            context.lineWidth = root.inkWidth;
            context.lineCap = "round";
            context.strokeStyle = Theme.ink;
            context.fillStyle = Theme.ink;
            for (let i = 0; i < drawn.length; i += 2) {
                context.beginPath();
                if (drawn[i].x === drawn[i + 1].x && drawn[i].y === drawn[i + 1].y) {
                    context.arc(drawn[i].x, drawn[i].y, root.inkWidth / 2, 0, 2 * Math.PI);
                    context.fill();
                } else {
                    context.moveTo(drawn[i].x, drawn[i].y);
                    context.lineTo(drawn[i + 1].x, drawn[i + 1].y);
                    context.stroke();
                }
            }
            drawn = [];
        }
    }

    MultiPointTouchArea {
        anchors.fill: parent
        maximumTouchPoints: 10
        onPressed: points => {
            if (root.fingerId < 0 && points.length > 0) {
                root.fingerId = points[0].pointId;
                root.begin(points[0].x, points[0].y);
            }
        }
        onUpdated: points => {
            for (const point of points)
                if (point.pointId === root.fingerId)
                    root.extend(point.x, point.y);
        }
        onReleased: points => {
            for (const point of points)
                if (point.pointId === root.fingerId) {
                    root.extend(point.x, point.y);
                    root.fingerId = -1;
                    root.strokeEnded();
                }
        }
        onCanceled: root.fingerId = -1
    }

    ActionButton {
        objectName: "redo"
        anchors.right: parent.right
        anchors.bottom: parent.bottom
        anchors.margins: Theme.gap
        small: true
        ink: Theme.ink
        visible: text !== ""
        text: root.redoText
        iconName: "redo"
        onActivated: root.clear()
    }
}
