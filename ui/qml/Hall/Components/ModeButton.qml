pragma ComponentBehavior: Bound

import QtQuick

// A mode that is on or off, said by its mark and fill.
Touchable {
    id: root

    property bool on: false

    implicitWidth: Math.max(Theme.du(104), Math.ceil(row.width) + 2 * Theme.du(17))
    implicitHeight: Theme.du(Theme.large ? 100 : 84)
    role: Accessible.CheckBox
    fill: on ? Theme.primary : Theme.surface
    edge: on ? Theme.primary : Theme.controlBorder
    touchedFill: on ? Theme.ink : Theme.well
    Accessible.checkable: true
    Accessible.checked: on

    Row {
        id: row

        anchors.centerIn: parent
        spacing: Theme.du(6)

        Icon {
            anchors.verticalCenter: parent.verticalCenter
            visible: root.on
            name: "check"
            size: Theme.du(34)
            stroke: Theme.strokeIcon
            color: Theme.primaryInk
        }

        BodyText {
            anchors.verticalCenter: parent.verticalCenter
            anchors.verticalCenterOffset: -Theme.rise(size) / 2
            text: root.text
            size: Theme.sizeSecondary
            strong: true
            color: root.on ? Theme.primaryInk : Theme.ink
            lineHeight: Math.round(size * 1.2)
            spoken: false
        }
    }
}
