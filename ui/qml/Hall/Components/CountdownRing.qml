pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Shapes

// The seconds left, as a number and as a ring.
Item {
    id: root

    property int seconds: 0
    property int total: 30
    property string unitText: ""
    // On a small ring all of it is smaller, so that the number and its unit stay inside.
    readonly property real stroke: Math.min(Theme.du(28), width * 0.06)
    readonly property real numberSize: Math.min(Theme.sizeDisplay, width * 0.34)
    readonly property real unitSize: Math.min(Theme.sizeSecondary, width * 0.11)

    implicitWidth: Theme.du(560)
    implicitHeight: implicitWidth
    Accessible.role: Accessible.StaticText
    Accessible.name: seconds + " " + unitText

    Shape {
        anchors.fill: parent

        ShapePath {
            strokeColor: Theme.line
            strokeWidth: root.stroke
            fillColor: "transparent"

            PathAngleArc {
                centerX: root.width / 2
                centerY: root.height / 2
                radiusX: (root.width - root.stroke) / 2
                radiusY: radiusX
                startAngle: 0
                sweepAngle: 360
            }
        }

        ShapePath {
            strokeColor: Theme.primary
            strokeWidth: root.stroke
            fillColor: "transparent"
            capStyle: ShapePath.RoundCap

            PathAngleArc {
                centerX: root.width / 2
                centerY: root.height / 2
                radiusX: (root.width - root.stroke) / 2
                radiusY: radiusX
                startAngle: -90
                sweepAngle: -360 * Math.max(0, Math.min(1, root.seconds / Math.max(1, root.total)))
            }
        }
    }

    Column {
        anchors.centerIn: parent
        anchors.verticalCenterOffset: -Theme.rise(root.numberSize) / 2

        BodyText {
            objectName: "seconds"
            anchors.horizontalCenter: parent.horizontalCenter
            text: root.seconds
            size: root.numberSize
            strong: true
            lineHeight: Math.round(size * 1.05)
            spoken: false
        }

        BodyText {
            anchors.horizontalCenter: parent.horizontalCenter
            objectName: "unit"
            text: root.unitText
            size: root.unitSize
            secondary: true
            spoken: false
        }
    }
}
