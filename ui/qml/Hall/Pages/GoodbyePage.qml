pragma ComponentBehavior: Bound

import QtQuick
import Hall.Components
import Hall.ViewModels

// What to take along.
PageFrame {
    id: root

    objectName: "goodbyePage"

    required property GoodbyeViewModel viewModel

    tone: viewModel.submitted ? "good" : ""
    toneIcon: "check"
    heading: viewModel.heading
    lead: viewModel.lead
    backText: ""
    helpText: ""
    primaryText: viewModel.more
    onPrimary: viewModel.startAgain()

    aside: [
        BodyText {
            objectName: "state"
            width: root.columnWidth
            text: root.viewModel.cleared
            secondary: true
        }
    ]

    Card {
        width: parent.width

        Repeater {
            model: root.viewModel.things

            Item {
                id: thing

                required property int index
                required property string name
                required property string where
                required property string icon

                width: parent?.width ?? 0
                height: Theme.du(Theme.large ? 200 : 176)

                Rectangle {
                    width: parent.width
                    height: Theme.borderCard
                    visible: thing.index > 0
                    color: Theme.line
                }

                Icon {
                    id: picture

                    x: Theme.padCard
                    anchors.verticalCenter: parent.verticalCenter
                    name: thing.icon
                    size: Theme.iconBig
                    stroke: Theme.strokeIcon
                    color: Theme.primary
                }

                BodyText {
                    anchors.left: picture.right
                    anchors.leftMargin: Theme.gap
                    anchors.verticalCenter: parent.verticalCenter
                    anchors.verticalCenterOffset: -Theme.rise(size)
                    text: thing.name
                    size: Theme.sizeSub
                    strong: true
                }

                BodyText {
                    anchors.right: parent.right
                    anchors.rightMargin: Theme.padCard
                    anchors.verticalCenter: parent.verticalCenter
                    anchors.verticalCenterOffset: -Theme.rise(size)
                    text: thing.where
                    secondary: true
                }
            }
        }
    }
}
