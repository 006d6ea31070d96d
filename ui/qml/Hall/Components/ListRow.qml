pragma ComponentBehavior: Bound

import QtQuick

// A choice among several under one another; the whole row answers.
Touchable {
    id: root

    property string name: ""
    property real nameSize: Theme.sizeText
    property string line: ""
    // "" or the tone of the second line, which then carries `lineIcon`
    property string tone: ""
    property string lineIcon: ""
    property string iconName: ""
    property string trailing: ""
    property bool chosen: false
    property bool chevron: true

    text: [name, line, trailing].filter(part => part !== "").join(" ")
    implicitWidth: parent ? parent.width : 0
    implicitHeight: Math.max(line === "" ? Theme.rowHeight : Theme.landscape ? Theme.du(Theme.large ? 177 : 131) : Theme.du(Theme.large ? 186 : 144), words.height + Theme.gapWide)
    fill: chosen ? Theme.well : Theme.surface
    edge: chosen ? Theme.primary : Theme.controlBorder

    Icon {
        id: icon

        x: Theme.padCard + Theme.borderControl
        anchors.verticalCenter: parent.verticalCenter
        visible: root.iconName !== ""
        name: root.iconName
    }

    Column {
        id: words

        anchors.left: icon.visible ? icon.right : parent.left
        anchors.leftMargin: icon.visible ? Theme.du(20) : Theme.padCard + Theme.borderControl
        anchors.right: trailing.visible ? trailing.left : end.visible ? end.left : parent.right
        anchors.rightMargin: Theme.du(20)
        anchors.verticalCenter: parent.verticalCenter

        BodyText {
            width: parent.width
            transform: Translate {
                y: -Theme.rise(root.nameSize)
            }
            text: root.name
            size: root.nameSize
            strong: true
            color: root.blocked ? Theme.disabledText : Theme.ink
            spoken: false
        }

        Row {
            visible: root.line !== "" || root.blocked
            spacing: Theme.du(12)

            Icon {
                id: lineIcon

                anchors.verticalCenter: parent.verticalCenter
                visible: root.lineIcon !== ""
                name: root.lineIcon
                size: Theme.iconFine
                stroke: Theme.strokeIconFine
                color: second.color
            }

            BodyText {
                id: second

                width: words.width - (lineIcon.visible ? lineIcon.width + Theme.du(12) : 0)
                balanced: true
                text: root.blocked ? root.disabledReason : root.line
                size: Theme.sizeSecondary
                color: root.tone === "" ? Theme.inkSecondary : Theme.toneColor(root.tone)
                spoken: false
            }
        }
    }

    BodyText {
        id: trailing

        anchors.right: end.visible ? end.left : parent.right
        anchors.rightMargin: end.visible ? Theme.du(20) : Theme.padCard + Theme.borderControl
        anchors.verticalCenter: parent.verticalCenter
        anchors.verticalCenterOffset: -Theme.rise(size)
        visible: text !== ""
        text: root.trailing
        size: Theme.sizeSecondary
        secondary: true
        wrapMode: Text.NoWrap
        spoken: false
    }

    Icon {
        id: end

        anchors.right: parent.right
        anchors.rightMargin: Theme.padCard + Theme.borderControl
        anchors.verticalCenter: parent.verticalCenter
        visible: (root.chevron || root.chosen) && !root.blocked
        name: root.chosen ? "check" : "chevron"
        color: root.chosen ? Theme.primary : Theme.inkSecondary
    }
}
