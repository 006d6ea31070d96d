pragma ComponentBehavior: Bound

import QtQuick
import Hall.Components

// One item of the catalogue; the whole tile answers.
Touchable {
    id: root

    required property string name
    required property string line
    required property bool available

    text: name + " " + line
    radius: Theme.radiusCard
    implicitHeight: Theme.du(Theme.large ? 272 : 216)

    Icon {
        id: icon

        x: Theme.padCard
        anchors.verticalCenter: parent.verticalCenter
        visible: !Theme.large
        name: "apply"
        size: Theme.iconBig
        stroke: Theme.strokeIcon
        color: Theme.primary
    }

    Column {
        anchors.left: icon.visible ? icon.right : parent.left
        anchors.leftMargin: icon.visible ? Theme.gap : Theme.padCard
        anchors.right: end.left
        anchors.rightMargin: Theme.du(20)
        anchors.verticalCenter: parent.verticalCenter
        anchors.verticalCenterOffset: -Theme.rise(Theme.sizeText)

        BodyText {
            width: parent.width
            text: root.name
            size: Theme.sizeSub
            strong: true
            spoken: false
        }

        Row {
            width: parent.width
            spacing: Theme.du(12)

            Icon {
                id: mark

                y: (line.lineHeight - height) / 2
                visible: !root.available
                name: "attention"
                size: Theme.iconFine
                stroke: Theme.strokeIconFine
                color: Theme.attention
            }

            BodyText {
                id: line

                width: parent.width - (mark.visible ? mark.width + parent.spacing : 0)
                text: root.line
                size: Theme.sizeSecondary
                color: root.available ? Theme.inkSecondary : Theme.attention
                spoken: false
            }
        }
    }

    Icon {
        id: end

        anchors.right: parent.right
        anchors.rightMargin: Theme.padCard
        anchors.verticalCenter: parent.verticalCenter
        name: "chevron"
        color: Theme.inkSecondary
    }
}
