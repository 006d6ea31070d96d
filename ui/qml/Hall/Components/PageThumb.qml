pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Shapes

// A page that was taken, or the place of one still to take with its number.
Column {
    id: root

    property url source: ""
    property string caption: ""
    property string number: ""
    readonly property bool taken: source.toString() !== ""

    width: Theme.du(Theme.large ? 160 : 132)
    Accessible.role: Accessible.Graphic
    Accessible.name: caption

    Item {
        width: parent.width
        height: Theme.du(120)

        Rectangle {
            anchors.fill: parent
            radius: Theme.du(12)
            color: root.taken ? Theme.line : Theme.surface
            border.width: root.taken ? Theme.borderCard : 0
            border.color: Theme.line

            Image {
                anchors.fill: parent
                anchors.margins: Theme.du(6)
                visible: root.taken
                source: root.source
                sourceSize: Qt.size(width, height)
                fillMode: Image.PreserveAspectFit
                cache: false
                Accessible.ignored: true
            }
        }

        Shape {
            anchors.fill: parent
            visible: !root.taken

            ShapePath {
                strokeColor: Theme.sealMark
                strokeWidth: Theme.borderControl
                fillColor: "transparent"
                strokeStyle: ShapePath.DashLine
                dashPattern: [3, 2]

                PathRectangle {
                    x: Theme.borderControl / 2
                    y: x
                    width: root.width - Theme.borderControl
                    height: Theme.du(120) - Theme.borderControl
                    radius: Theme.du(12)
                }
            }
        }

        BodyText {
            anchors.centerIn: parent
            anchors.verticalCenterOffset: -Theme.rise(size)
            visible: !root.taken
            text: root.number
            size: Theme.du(44)
            strong: true
            secondary: true
            spoken: false
        }
    }

    BodyText {
        width: parent.width
        text: root.caption
        size: Theme.sizeSecondary
        secondary: true
        horizontalAlignment: Text.AlignHCenter
        wrapMode: Text.NoWrap
        spoken: false
    }
}
