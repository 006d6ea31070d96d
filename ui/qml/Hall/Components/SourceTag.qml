pragma ComponentBehavior: Bound

import QtQuick

// Where a value comes from.
Rectangle {
    id: root

    property string text: ""
    property string iconName: "card"

    implicitWidth: Math.ceil(row.width + Theme.sizeMin * 1.08)
    implicitHeight: Math.round(Theme.sizeMin * 1.74)
    radius: height / 2
    color: Theme.well
    border.width: Theme.highContrast ? Theme.borderCard : 0
    border.color: Theme.line

    Row {
        id: row

        anchors.centerIn: parent
        spacing: Math.round(Theme.sizeMin * 0.27)

        Icon {
            anchors.verticalCenter: parent.verticalCenter
            name: root.iconName
            size: Theme.iconFine
            stroke: Theme.strokeIconFine
            color: Theme.good
        }

        BodyText {
            anchors.verticalCenter: parent.verticalCenter
            anchors.verticalCenterOffset: -Theme.rise(size)
            text: root.text
            size: Theme.sizeMin
            lineHeight: Math.round(size * 1.2)
        }
    }
}
