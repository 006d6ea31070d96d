pragma ComponentBehavior: Bound

import QtQuick
import Hall.Components
import Hall.ViewModels

// What can be done here; the items themselves are the buttons.
PageFrame {
    id: root

    objectName: "homePage"

    required property HomeViewModel viewModel

    readonly property bool crowded: Theme.large && Theme.landscape

    heading: viewModel.heading
    lead: viewModel.lead
    onBack: viewModel.goBack()

    component Notice: Item {
        id: notice

        property string text: ""

        implicitHeight: words.height

        Icon {
            id: icon

            y: Math.round((words.lineHeight - height) / 2)
            name: "paper-out"
            size: Theme.iconFine
            color: Theme.attention
        }

        BodyText {
            id: words

            objectName: "notice"
            x: icon.width + Theme.du(12)
            width: parent.width - x
            text: notice.text
            size: Theme.sizeSecondary
            color: Theme.attention
        }
    }

    aside: [
        Notice {
            width: root.columnWidth
            visible: text !== "" && root.crowded
            text: root.viewModel.notice
        },
        SubHeading {
            width: root.columnWidth
            visible: !Theme.large
            text: root.viewModel.way
        },
        Card {
            width: root.columnWidth
            visible: !Theme.large

            Row {
                id: way

                width: parent.width
                height: Theme.du(208)

                Repeater {
                    model: [["card", root.viewModel.wayCard], ["apply", root.viewModel.wayAnswer], ["camera", root.viewModel.wayCamera], ["pen", root.viewModel.waySign]]

                    Item {
                        id: step

                        required property var modelData

                        width: way.width / 4
                        height: way.height

                        Column {
                            anchors.centerIn: parent
                            width: parent.width - Theme.du(16)
                            spacing: Theme.gapTight

                            Icon {
                                anchors.horizontalCenter: parent.horizontalCenter
                                name: step.modelData[0]
                                size: Theme.iconBig
                                stroke: Theme.strokeIcon
                                color: Theme.inkSecondary
                            }

                            BodyText {
                                width: parent.width
                                text: step.modelData[1]
                                size: Theme.sizeSecondary
                                horizontalAlignment: Text.AlignHCenter
                            }
                        }
                    }
                }
            }
        }
    ]

    Column {
        width: parent.width
        spacing: Theme.gap

        Repeater {
            model: root.viewModel.items

            ItemTile {
                id: tile

                required property string itemId

                objectName: "item-" + itemId
                width: parent?.width ?? 0
                onActivated: root.viewModel.choose(tile.itemId)
            }
        }

        Notice {
            width: parent.width
            visible: text !== "" && !root.crowded
            text: root.viewModel.notice
        }
    }
}
