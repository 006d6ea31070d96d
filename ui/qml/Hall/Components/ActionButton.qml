pragma ComponentBehavior: Bound

import QtQuick

// A button with an optional icon; disabled, it says why in its second line.
Touchable {
    id: root

    property string iconName: ""
    property bool primary: false
    property bool small: false
    property real size: small ? Theme.sizeSecondary : Theme.sizeText
    property color ink: primary ? Theme.primaryInk : small ? Theme.link : Theme.ink
    property real pad: Theme.du(small ? 20 : 28)

    implicitWidth: Math.max(Theme.du(small ? (Theme.large ? 176 : 148) : 200), Math.ceil(words.implicitWidth + (icon.visible ? icon.width + row.spacing : 0)) + 2 * pad)
    implicitHeight: small ? Theme.smallTarget : Theme.buttonHeight
    fill: primary ? Theme.primary : Theme.surface
    edge: primary && !blocked ? Theme.primary : Theme.controlBorder
    touchedFill: primary ? Theme.ink : Theme.well
    touchedEdge: primary ? Theme.ink : Theme.primary

    Row {
        id: row

        anchors.centerIn: parent
        spacing: Theme.du(16)
        visible: !root.blocked

        Icon {
            id: icon

            anchors.verticalCenter: parent.verticalCenter
            visible: root.iconName !== ""
            name: root.iconName
            size: Theme.iconSize
            color: root.ink
        }

        BodyText {
            id: words

            anchors.verticalCenter: parent.verticalCenter
            anchors.verticalCenterOffset: -Theme.rise(size)
            text: root.text
            size: root.size
            strong: true
            color: root.ink
            lineHeight: Math.round(size * 1.2)
            horizontalAlignment: Text.AlignHCenter
            spoken: false
        }
    }

    Column {
        anchors.centerIn: parent
        anchors.verticalCenterOffset: -Theme.rise(root.size)
        width: root.width - Theme.du(16)
        spacing: Theme.du(4)
        visible: root.blocked

        BodyText {
            width: parent.width
            text: root.text
            size: root.size
            strong: true
            color: Theme.disabledText
            lineHeight: Math.round(size * 1.2)
            horizontalAlignment: Text.AlignHCenter
            spoken: false
        }

        BodyText {
            width: parent.width
            text: root.disabledReason
            size: Theme.sizeMin
            secondary: true
            lineHeight: Math.round(size * 1.2)
            horizontalAlignment: Text.AlignHCenter
            spoken: false
        }
    }
}
