pragma ComponentBehavior: Bound

import QtQuick
import Hall.Components

// A question on the left, its answer line by line; in large mode under one another.
Item {
    id: root

    required property string label
    required property var lines
    property bool separated: false

    readonly property real pad: Theme.du(!Theme.landscape ? 34 : Theme.large ? 12 : 24)
    readonly property real labelWidth: Theme.large ? 0 : Theme.du(Theme.landscape ? 152 : 184)

    implicitHeight: (Theme.large ? label.height : 0) + answer.height + 2 * pad

    Rectangle {
        width: parent.width
        height: Theme.borderCard
        visible: root.separated
        color: Theme.line
    }

    BodyText {
        id: label

        x: Theme.padCard
        y: root.pad
        text: root.label
        secondary: true
        size: Theme.large ? Theme.sizeSecondary : Theme.sizeText
    }

    Column {
        id: answer

        x: Theme.padCard + root.labelWidth
        y: root.pad + (Theme.large ? label.height : 0)
        width: root.width - x - Theme.padCard

        Repeater {
            model: root.lines

            Item {
                id: line

                required property int index
                required property var modelData

                readonly property bool listed: modelData.icon !== ""
                readonly property real above: listed && index > 0 ? Theme.du(Theme.landscape ? 8 : 18) : 0

                width: answer.width
                height: above + words.height

                Icon {
                    id: icon

                    y: line.above + Math.round((Theme.sizeText * Theme.leading - height) / 2)
                    visible: line.listed
                    name: line.modelData.icon
                    color: Theme.inkSecondary
                }

                Flow {
                    id: words

                    x: line.listed ? icon.width + Theme.du(18) : 0
                    y: line.above
                    width: parent.width - x
                    spacing: Theme.du(18)

                    BodyText {
                        readonly property bool alone: line.modelData.note === "" && line.modelData.pending === ""

                        width: alone ? words.width : Math.min(Math.ceil(implicitWidth), words.width)
                        balanced: alone
                        visible: text !== ""
                        text: line.modelData.text
                        strong: line.modelData.strong
                    }

                    BodyText {
                        visible: text !== ""
                        text: line.modelData.note
                        size: Theme.sizeSecondary
                        lineHeight: Math.round(Theme.sizeText * Theme.leading)
                        secondary: true
                    }

                    Row {
                        visible: line.modelData.pending !== ""
                        height: Math.round(Theme.sizeText * Theme.leading)
                        spacing: Theme.du(10)

                        Icon {
                            anchors.verticalCenter: parent.verticalCenter
                            name: "clock"
                            size: Theme.iconFine
                            color: Theme.attention
                        }

                        BodyText {
                            text: line.modelData.pending
                            size: Theme.sizeSecondary
                            lineHeight: Math.round(Theme.sizeText * Theme.leading)
                            color: Theme.attention
                        }
                    }
                }
            }
        }
    }
}
