pragma ComponentBehavior: Bound

import QtQuick
import Hall.Components

// What was done and what follows by itself.
Column {
    id: root

    required property QtObject steps
    property string heading: ""

    spacing: Theme.gapTight

    SubHeading {
        width: parent.width
        visible: !Theme.landscape
        text: root.heading
    }

    Card {
        width: parent.width

        Repeater {
            model: root.steps

            Item {
                id: step

                required property int index
                required property string text
                required property string after
                readonly property bool done: step.after !== ""

                width: parent?.width ?? 0
                height: Theme.landscape ? Theme.em(80) : Theme.em(100)

                Rectangle {
                    width: parent.width
                    height: Theme.borderCard
                    visible: step.index > 0
                    color: Theme.line
                }

                Icon {
                    id: icon

                    x: Theme.padCard
                    anchors.verticalCenter: parent.verticalCenter
                    name: step.done ? "good" : "clock"
                    size: Theme.iconState
                    color: step.done ? Theme.good : Theme.inkSecondary
                }

                BodyText {
                    anchors.left: icon.right
                    anchors.leftMargin: Theme.du(20)
                    anchors.right: after.left
                    anchors.verticalCenter: parent.verticalCenter
                    anchors.verticalCenterOffset: -Theme.rise(size)
                    text: step.text
                    strong: step.done
                }

                BodyText {
                    id: after

                    anchors.right: parent.right
                    anchors.rightMargin: Theme.padCard
                    anchors.verticalCenter: parent.verticalCenter
                    anchors.verticalCenterOffset: -Theme.rise(size)
                    text: step.after
                    size: Theme.sizeSecondary
                    color: Theme.good
                    wrapMode: Text.NoWrap
                }
            }
        }
    }
}
