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
        TakenRow {
            id: taken

            width: root.columnWidth
            thumbs: root.viewModel.thumbs
            takenText: root.viewModel.takenText
            missingText: root.viewModel.missingText
            cramped: root.cramped
            columns: root.cramped && laterButton.visible && scannerButton.visible ? 2 : 1
            onLooked: slot => root.viewModel.look(slot)

            SecondaryButton {
                objectName: "captureButton"
                width: taken.buttonWidth
                text: root.viewModel.takeLabel
                iconName: Theme.large ? "" : "camera"
                disabledReason: root.viewModel.takeBlocked
                onActivated: root.viewModel.takeIt()
            }

            SecondaryButton {
                id: scannerButton

                objectName: "scannerButton"
                width: taken.buttonWidth
                visible: text !== ""
                text: root.viewModel.scannerLabel
                iconName: Theme.large ? "" : "scan"
                onActivated: root.viewModel.useScanner()
            }

            SecondaryButton {
                id: laterButton

                objectName: "laterButton"
                width: taken.buttonWidth
                visible: text !== ""
                text: root.viewModel.laterLabel
                iconName: Theme.large ? "" : "clock"
                onActivated: root.viewModel.putOff()
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
