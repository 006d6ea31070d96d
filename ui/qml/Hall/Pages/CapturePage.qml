pragma ComponentBehavior: Bound

import QtQuick
import Hall.Components
import Hall.ViewModels

// The live view of the desk, how the page lies on it, and what was taken so far.
PageFrame {
    id: root

    objectName: "capturePage"

    required property CaptureViewModel viewModel

    heading: viewModel.heading
    lead: viewModel.lead
    primaryText: viewModel.doneLabel
    primaryReason: viewModel.blocked
    onBack: viewModel.goBack()
    onPrimary: viewModel.goOn()

    aside: [
        Item {
            width: root.columnWidth
            height: Math.max(thumbs.height, counted.height, take.height)

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
                anchors.right: take.left
                anchors.rightMargin: Theme.gapTight
                anchors.verticalCenter: parent.verticalCenter

                BodyText {
                    objectName: "taken"
                    width: parent.width
                    text: root.viewModel.takenText
                    strong: true
                }

                BodyText {
                    objectName: "missing"
                    width: parent.width
                    text: root.viewModel.missingText
                    size: Theme.sizeSecondary
                    secondary: true
                }
            }

            SecondaryButton {
                id: take

                objectName: "captureButton"
                anchors.right: parent.right
                anchors.verticalCenter: parent.verticalCenter
                width: Theme.du(Theme.large ? 260 : 240)
                text: root.viewModel.takeLabel
                iconName: Theme.large ? "" : "camera"
                disabledReason: root.viewModel.takeBlocked
                onActivated: root.viewModel.takeIt()
            }
        },
        SecondaryButton {
            objectName: "laterButton"
            width: root.columnWidth
            visible: text !== ""
            text: root.viewModel.laterLabel
            iconName: "clock"
            onActivated: root.viewModel.putOff()
        }
    ]

    DevicePanel {
        width: parent.width
        height: Theme.landscape ? parent.height : Math.min(parent.height, implicitHeight)
        stateText: root.viewModel.stateText
        tone: root.viewModel.stateTone
        stateSize: Theme.large ? Theme.sizeText : Theme.sizeSub
        tag: root.viewModel.watching ? root.viewModel.liveLabel : ""

        Binding on stateIcon {
            when: root.viewModel.stateIcon !== ""
            value: root.viewModel.stateIcon
        }

        stateEnd: [
            CheckMark {
                visible: text !== ""
                text: root.viewModel.cornersText
                good: root.viewModel.cornersGood
            },
            CheckMark {
                visible: text !== ""
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
