pragma ComponentBehavior: Bound

import QtQuick

// One of a few large choices side by side.
Touchable {
    id: root

    property string name: ""
    property string line: ""
    property string iconName: ""
    property bool primary: false
    readonly property color hue: primary ? Theme.primaryInk : Theme.ink

    text: line === "" ? name : name + " " + line
    implicitWidth: Theme.du(470)
    implicitHeight: Theme.du(Theme.large ? 300 : 262)
    radius: Theme.radiusCard
    fill: primary ? Theme.primary : Theme.surface
    edge: primary ? Theme.primary : Theme.controlBorder
    touchedFill: primary ? Theme.ink : Theme.well
    touchedEdge: primary ? Theme.ink : Theme.primary

    Column {
        x: Theme.padCard + Theme.borderControl
        width: parent.width - 2 * x
        anchors.verticalCenter: parent.verticalCenter

        Icon {
            x: -Theme.du(3)
            visible: root.iconName !== ""
            name: root.iconName
            size: Theme.iconBig
            stroke: Theme.strokeIcon
            color: root.primary ? Theme.primaryInk : Theme.primary
        }

        Item {
            width: 1
            height: Theme.du(16)
            visible: root.iconName !== ""
        }

        BodyText {
            width: parent.width
            text: root.name
            size: Theme.sizeSub
            strong: true
            color: root.blocked ? Theme.disabledText : root.hue
            lineHeight: Math.round(size * 1.4)
            spoken: false
        }

        BodyText {
            width: parent.width
            visible: text !== ""
            text: root.blocked ? root.disabledReason : root.line
            size: Theme.sizeSecondary
            color: root.primary && !root.blocked ? Theme.primaryInk : Theme.inkSecondary
            spoken: false
        }
    }
}
