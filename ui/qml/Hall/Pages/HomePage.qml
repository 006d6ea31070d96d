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

    component PrinterNotice: Notice {
        objectName: "notice"
        iconName: "paper-out"
        color: Theme.attention
        text: root.viewModel.notice
    }

    component OfflineNotice: Notice {
        objectName: "offline"
        iconName: "clock"
        text: root.viewModel.offline
    }

    aside: [
        OfflineNotice {
            width: root.columnWidth
            visible: text !== "" && root.crowded
        },
        PrinterNotice {
            width: root.columnWidth
            visible: text !== "" && root.crowded
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

        OfflineNotice {
            width: parent.width
            visible: text !== "" && !root.crowded
        }

        PrinterNotice {
            width: parent.width
            visible: text !== "" && !root.crowded
        }
    }
}
