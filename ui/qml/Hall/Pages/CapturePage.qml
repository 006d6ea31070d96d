pragma ComponentBehavior: Bound

import QtQuick
import Hall.Components
import Hall.ViewModels

// The live view of the desk, how the page lies on it, and what was taken so far.
PageFrame {
    id: root

    objectName: "capturePage"

    required property CaptureViewModel viewModel

    // The least room there is: large type on a low screen.
    readonly property bool cramped: Theme.landscape && Theme.large

    heading: viewModel.heading
    lead: cramped && viewModel.watching ? "" : viewModel.lead
    primaryText: viewModel.doneLabel
    primaryReason: viewModel.blocked
    onBack: viewModel.goBack()
    onPrimary: viewModel.goOn()

    aside: [
        Item {
            width: root.columnWidth
            height: Math.max(thumbs.height, counted.height, buttons.height)

            Row {
                id: thumbs

                anchors.verticalCenter: parent.verticalCenter
                spacing: Theme.gapRow

                Repeater {
                    model: root.viewModel.thumbs

                    RetakeThumb {
                        onActivated: root.viewModel.retake(slot)
                    }
                }
            }

            Column {
                id: counted

                anchors.left: thumbs.right
                anchors.leftMargin: Theme.gap
                anchors.right: buttons.left
                anchors.rightMargin: Theme.gapTight
                anchors.verticalCenter: parent.verticalCenter
                visible: !root.cramped

                BodyText {
                    objectName: "taken"
                    width: parent.width
                    text: root.viewModel.takenText
                    strong: true
                }

                BodyText {
                    objectName: "missing"
                    width: parent.width
                    // In large type the button below alone says it.
                    visible: !Theme.large
                    balanced: true
                    text: root.viewModel.missingText
                    size: Theme.sizeSecondary
                    secondary: true
                }
            }

            Column {
                id: buttons

                anchors.right: parent.right
                anchors.verticalCenter: parent.verticalCenter
                width: Theme.du(Theme.large ? 300 : 280)
                spacing: Theme.gapRow

                SecondaryButton {
                    objectName: "captureButton"
                    width: parent.width
                    text: root.viewModel.takeLabel
                    iconName: Theme.large ? "" : "camera"
                    disabledReason: root.viewModel.takeBlocked
                    onActivated: root.viewModel.takeIt()
                }

                SecondaryButton {
                    objectName: "laterButton"
                    width: parent.width
                    visible: text !== ""
                    text: root.viewModel.laterLabel
                    iconName: Theme.large ? "" : "clock"
                    onActivated: root.viewModel.putOff()
                }
            }
        }
    ]

    DevicePanel {
        width: parent.width
        height: Theme.landscape ? parent.height : Math.min(parent.height, implicitHeight)
        stateText: root.viewModel.stateText
        tone: root.viewModel.stateTone
        stateSize: Theme.large ? Theme.sizeText : Theme.sizeSub
        tag: root.viewModel.watching && !Theme.large && !Theme.landscape ? root.viewModel.liveLabel : ""

        Binding on stateIcon {
            when: root.viewModel.stateIcon !== ""
            value: root.viewModel.stateIcon
        }

        stateEnd: [
            CheckMark {
                visible: text !== "" && !root.cramped
                text: root.viewModel.cornersText
                good: root.viewModel.cornersGood
            },
            CheckMark {
                visible: text !== "" && !root.cramped
                text: root.viewModel.lightText
                good: root.viewModel.lightGood
            }
        ]

        LiveView {
            objectName: "liveView"
            anchors.fill: parent
            visible: root.viewModel.watching
            source: root.viewModel.liveSource
            outline: root.viewModel.outline
        }

        Icon {
            anchors.centerIn: parent
            visible: !root.viewModel.watching
            name: "camera"
            size: 3 * Theme.iconBig
            color: Theme.controlBorder
        }
    }
}
