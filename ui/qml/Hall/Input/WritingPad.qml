pragma ComponentBehavior: Bound

import QtQuick
import Hall.Components
import Hall.Input

// Where a finger writes one character; the faint square and cross are those of a copybook.
Rectangle {
    id: root

    required property TextKeyboardViewModel viewModel

    property list<var> lines: []

    // The recogniser counts in a square of 300 from its top left corner.
    function inSquare(p: point): point {
        return Qt.point((p.x - square.x) * 300 / square.width, (p.y - square.y) * 300 / square.height);
    }

    radius: Theme.radiusCard
    color: Theme.surface
    border.width: Theme.borderControl
    border.color: Theme.controlBorder

    Accessible.role: Accessible.Canvas
    Accessible.name: root.viewModel.words.pad

    Connections {
        target: root.viewModel

        function onChanged() {
            if (root.viewModel.strokes < root.lines.length) {
                root.lines = root.lines.slice(0, root.viewModel.strokes);
                ink.requestPaint();
            }
        }
    }

    Rectangle {
        id: square

        anchors.centerIn: parent
        width: parent.height - 2 * Theme.mm(4)
        height: width
        color: "transparent"
        border.width: Theme.borderCard
        border.color: Theme.line

        Rectangle {
            anchors.centerIn: parent
            width: parent.width
            height: Theme.borderCard
            color: Theme.line
        }

        Rectangle {
            anchors.centerIn: parent
            width: Theme.borderCard
            height: parent.height
            color: Theme.line
        }
    }

    Canvas {
        id: ink

        anchors.fill: parent

        onPaint: {
            const brush = getContext("2d");
            brush.reset();
            brush.strokeStyle = Theme.ink;
            brush.lineWidth = Theme.mm(3);
            brush.lineCap = "round";
            brush.lineJoin = "round";
            for (const line of root.lines) {
                brush.beginPath();
                brush.moveTo(line[0].x, line[0].y);
                for (const point of line)
                    brush.lineTo(point.x, point.y);
                brush.stroke();
            }
        }
    }

    MouseArea {
        id: pen

        property list<point> stroke: []

        function follow(x: real, y: real) {
            stroke.push(Qt.point(Math.max(0, Math.min(width, x)), Math.max(0, Math.min(height, y))));
            root.lines = [...root.lines.slice(0, root.viewModel.strokes), stroke];
            ink.requestPaint();
        }

        objectName: "writingPad"
        anchors.fill: parent
        preventStealing: true
        onPressed: mouse => {
            stroke = [];
            follow(mouse.x, mouse.y);
        }
        onPositionChanged: mouse => follow(mouse.x, mouse.y)
        onReleased: root.viewModel.addStroke(stroke.map(root.inSquare))
        onCanceled: {
            root.lines = root.lines.slice(0, root.viewModel.strokes);
            ink.requestPaint();
        }
    }
}
