pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Shapes

// The seconds left, as a number and as a ring.
Item {
    id: root

    property int seconds: 0
    property int total: 30
    property string unitText: ""
    readonly property real stroke: Theme.du(28)

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
        anchors.verticalCenterOffset: -Theme.rise(Theme.sizeDisplay) / 2

        BodyText {
            objectName: "seconds"
            anchors.horizontalCenter: parent.horizontalCenter
            text: root.seconds
            size: Theme.sizeDisplay
            strong: true
            lineHeight: Math.round(size * 1.05)
            spoken: false
        }

        BodyText {
            anchors.horizontalCenter: parent.horizontalCenter
            text: root.unitText
            size: Theme.sizeSecondary
            secondary: true
            spoken: false
        }
    }
}
