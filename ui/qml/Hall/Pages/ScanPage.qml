pragma ComponentBehavior: Bound

import QtQuick
import Hall.Components
import Hall.ViewModels

// Put the paper into the scanner, and see page after page come out of it.
PageFrame {
    id: root

    objectName: "scanPage"

    required property ScanViewModel viewModel

    readonly property bool cramped: Theme.landscape && Theme.large

    heading: viewModel.heading
    lead: viewModel.lead
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
            onLooked: slot => root.viewModel.look(slot)

            SecondaryButton {
                objectName: "stopButton"
                width: taken.buttonWidth
                visible: root.viewModel.running
                text: root.viewModel.stopLabel
                iconName: "cross"
                onActivated: root.viewModel.stop()
            }

            SecondaryButton {
                objectName: "feederButton"
                width: taken.buttonWidth
                visible: !root.viewModel.running && text !== ""
                text: root.viewModel.feederLabel
                iconName: Theme.large ? "" : "scan"
                disabledReason: root.viewModel.scanBlocked
                onActivated: root.viewModel.scanFeeder()
            }

            SecondaryButton {
                objectName: "glassButton"
                width: taken.buttonWidth
                visible: !root.viewModel.running && text !== ""
                pad: Theme.du(12)
                text: root.viewModel.glassLabel
                disabledReason: root.viewModel.scanBlocked
                onActivated: root.viewModel.scanGlass()
            }
        }
    ]

    DevicePanel {
        width: parent.width
        height: Theme.landscape ? parent.height : Math.min(parent.height, implicitHeight)
        stateText: root.viewModel.stateText
        tone: root.viewModel.stateTone
        stateSize: Theme.large ? Theme.sizeText : Theme.sizeSub
        progress: root.viewModel.progress
        
        Binding on stateIcon {
            when: root.viewModel.stateTone === "working"
            value: "scan"
        }

        Image {
            anchors.fill: parent
            visible: root.viewModel.newest === ""
            source: Qt.resolvedUrl(root.viewModel.feederLabel === "" ? "drawings/glass.svg" : "drawings/feeder.svg")
            sourceSize: Qt.size(width, height)
            fillMode: Image.PreserveAspectFit
            Accessible.role: Accessible.Graphic
            Accessible.name: root.viewModel.drawingText
        }

        Image {
            objectName: "newest"
            anchors.fill: parent
            anchors.margins: Theme.gap
            visible: root.viewModel.newest !== ""
            source: root.viewModel.newest
            fillMode: Image.PreserveAspectFit
            cache: false
            retainWhileLoading: true
            Accessible.ignored: true
        }
    }
}
