pragma ComponentBehavior: Bound

import QtQuick

// One of a few large choices side by side.
Touchable {
    id: root

    property string name: ""
    property string line: ""
    property string iconName: ""
    property bool primary: false
    readonly property bool roomy: height >= Theme.iconBig + Theme.du(64) + label.lineHeight + below.lineHeight
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
            visible: root.iconName !== "" && root.roomy
            name: root.iconName
            size: Theme.iconBig
            stroke: Theme.strokeIcon
            color: root.primary ? Theme.primaryInk : Theme.primary
        }

        Item {
            width: 1
            height: Theme.du(16)
            visible: root.iconName !== "" && root.roomy
        }

        BodyText {
            id: label

            width: parent.width
            text: root.name
            wrapMode: Text.NoWrap
            fontSizeMode: Text.HorizontalFit
            minimumPixelSize: Theme.sizeSecondary
            size: Theme.sizeSub
            strong: true
            color: root.blocked ? Theme.disabledText : root.hue
            lineHeight: Math.round(size * 1.4)
            spoken: false
        }

        BodyText {
            id: below

            width: parent.width
            wrapMode: Text.NoWrap
            fontSizeMode: Text.HorizontalFit
            minimumPixelSize: Theme.du(30)
            visible: text !== ""
            text: root.blocked ? root.disabledReason : root.line
            size: Theme.sizeSecondary
            color: root.primary && !root.blocked ? Theme.primaryInk : Theme.inkSecondary
            spoken: false
        }
    }
}
