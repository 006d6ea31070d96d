pragma ComponentBehavior: Bound

import QtQuick

// The picture of what to do, and below it the live state of the device. The same box on every page with a device.
Rectangle {
    id: root

    property string drawing: ""
    // Words printed on the drawn device, each {text, x}, centred at (x, markY) of a drawing 968 wide.
    property var marks: []
    property real markY: 646
    // A label over the picture, centred at tagX of 968, or on its left edge when tagX is 0.
    property string tag: ""
    property string tagIcon: ""
    property real tagX: 0
    property real tagY: 28
    property alias stateText: state.text
    property alias tone: state.tone
    property alias stateIcon: state.iconName
    property alias after: state.after
    property alias progress: state.progress
    property alias stateSize: state.size
    property alias stateStrong: state.strong
    property alias stateEnd: state.content
    // Over the picture.
    default property alias content: picture.data
    readonly property real drawingScale: picture.width / 964
    readonly property real drawingTop: (picture.height - 860 * drawingScale) / 2

    implicitHeight: Theme.du(984)
    color: Theme.surface
    radius: Theme.radiusCard
    border.width: Theme.borderCard
    border.color: Theme.line

    Rectangle {
        id: picture

        x: Theme.borderCard
        y: Theme.borderCard
        width: parent.width - 2 * x
        height: state.y - y
        topLeftRadius: Theme.radiusCard - Theme.borderCard
        topRightRadius: topLeftRadius
        color: Theme.highContrast ? "#EAF0F4" : Theme.well
        clip: true

        Drawing {
            anchors.fill: parent
            name: root.drawing
        }
    }

    Repeater {
        model: root.marks

        BodyText {
            required property var modelData

            x: picture.x + modelData.x * root.drawingScale - width / 2
            y: picture.y + root.drawingTop + root.markY * root.drawingScale - height / 2
            text: modelData.text
            size: Theme.du(32)
            strong: true
            color: "#8F2A1F"
            font.letterSpacing: size * 0.12
        }
    }

    Rectangle {
        x: root.tagX === 0 ? picture.x + Theme.gap : picture.x + root.tagX * root.drawingScale - width / 2
        y: picture.y + Math.max(Theme.gapTight, root.tagX === 0 ? Theme.du(root.tagY) : root.drawingTop + root.tagY * root.drawingScale)
        visible: root.tag !== ""
        width: tagRow.width + 2 * Theme.du(20)
        height: Math.max(Theme.du(60), tagRow.height)
        radius: Theme.du(12)
        color: Theme.surface

        Row {
            id: tagRow

            anchors.centerIn: parent
            spacing: Theme.du(12)

            Icon {
                anchors.verticalCenter: parent.verticalCenter
                visible: root.tagIcon !== ""
                name: root.tagIcon
            }

            BodyText {
                anchors.verticalCenter: parent.verticalCenter
                anchors.verticalCenterOffset: -Theme.rise(size)
                text: root.tag
                size: Theme.sizeSecondary
                strong: true
            }
        }
    }

    Rectangle {
        x: Theme.borderCard
        y: state.y
        width: parent.width - 2 * x
        height: Theme.borderCard
        color: Theme.line
    }

    StateLine {
        id: state

        objectName: "state"
        y: parent.height - height
        width: parent.width
    }
}
