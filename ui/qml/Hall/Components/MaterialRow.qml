pragma ComponentBehavior: Bound

import QtQuick

// One material: what it is, how it stands, what one can do about it.
CardRow {
    id: root

    property string status: ""
    property string tone: "good"
    property string statusIcon: ({
            "good": "good",
            "attention": "clock",
            "fault": "attention"
        })[tone] ?? "clock"
    // The words in the hue of the tone as well, not the icon alone.
    property bool tinted: tone !== "good"
    property real labelWidth: Theme.du(Theme.landscape ? 172 : 264)
    readonly property bool stacked: Theme.large

    contentHeight: block.height

    Item {
        id: block

        width: parent.width
        height: root.stacked ? label.implicitHeight + state.height : Math.max(label.implicitHeight, state.height)
        anchors.verticalCenter: parent.verticalCenter

        BodyText {
            id: label

            objectName: "label"
            width: root.stacked ? parent.width : root.labelWidth
            y: (root.stacked ? 0 : (parent.height - implicitHeight) / 2) - Theme.rise(size)
            text: root.label
            strong: true
        }

        Item {
            id: state

            x: root.stacked ? 0 : root.labelWidth + Theme.du(20)
            y: root.stacked ? label.implicitHeight : (parent.height - height) / 2
            width: parent.width - x
            height: words.implicitHeight

            Icon {
                id: icon

                anchors.verticalCenter: parent.verticalCenter
                name: root.statusIcon
                size: Theme.iconFine
                stroke: Theme.strokeIconFine
                color: Theme.toneColor(root.tone)
            }

            BodyText {
                id: words

                objectName: "status"
                anchors.left: icon.right
                anchors.leftMargin: Theme.du(12)
                anchors.right: parent.right
                y: -Theme.rise(size)
                text: root.status
                size: Theme.sizeSecondary
                color: root.tinted ? Theme.toneColor(root.tone) : Theme.ink
            }
        }
    }
}
