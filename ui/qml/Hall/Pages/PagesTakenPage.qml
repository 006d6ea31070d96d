pragma ComponentBehavior: Bound

import QtQuick
import Hall.Components
import Hall.ViewModels

// The pages that were taken, one at a time and large enough to read, and what puts each of them right.
PageFrame {
    id: root

    objectName: "pagesTakenPage"

    required property PagesTakenViewModel viewModel

    // The least room there is: large type on a low screen.
    readonly property bool cramped: Theme.landscape && Theme.large

    heading: viewModel.heading
    lead: cramped && viewModel.undoLabel !== "" ? "" : viewModel.lead
    primaryText: viewModel.doneLabel
    onBack: viewModel.goBack()
    onPrimary: viewModel.goOn()

    aside: [
        Item {
            width: root.columnWidth
            height: undoButton.height
            visible: root.viewModel.undoLabel !== ""

            BodyText {
                anchors.left: parent.left
                anchors.right: undoButton.left
                anchors.rightMargin: Theme.gap
                anchors.verticalCenter: parent.verticalCenter
                anchors.verticalCenterOffset: -Theme.rise(size)
                objectName: "undone"
                text: root.viewModel.undoneText
                strong: true
            }

            SecondaryButton {
                id: undoButton

                objectName: "undoButton"
                anchors.right: parent.right
                implicitHeight: root.cramped ? Theme.smallTarget : Theme.buttonHeight
                text: root.viewModel.undoLabel
                iconName: "redo"
                onActivated: root.viewModel.undo()
            }
        },
        Pager {
            width: root.columnWidth
            visible: root.viewModel.several
            countText: Theme.large ? root.viewModel.countShort : root.viewModel.countText
            previousText: root.viewModel.previousLabel
            previousReason: root.viewModel.firstReason
            nextText: root.viewModel.nextLabel
            nextReason: root.viewModel.lastReason
            onPrevious: root.viewModel.previousPage()
            onNext: root.viewModel.nextPage()
        },
        Row {
            id: actions

            readonly property int count: root.viewModel.several ? 4 : 2
            readonly property real part: (root.columnWidth - (count - 1) * spacing) / count

            width: root.columnWidth
            spacing: Theme.gapRow

            SecondaryButton {
                objectName: "retakeButton"
                width: actions.part
                pad: Theme.du(12)
                text: root.viewModel.againLabel
                onActivated: root.viewModel.again()
            }

            SecondaryButton {
                objectName: "earlierButton"
                visible: root.viewModel.several
                width: actions.part
                pad: Theme.du(12)
                text: root.viewModel.earlierLabel
                disabledReason: root.viewModel.earlierReason
                onActivated: root.viewModel.moveEarlier()
            }

            SecondaryButton {
                objectName: "laterPlaceButton"
                visible: root.viewModel.several
                width: actions.part
                pad: Theme.du(12)
                text: root.viewModel.laterLabel
                disabledReason: root.viewModel.laterReason
                onActivated: root.viewModel.moveLater()
            }

            SecondaryButton {
                objectName: "deleteButton"
                width: actions.part
                pad: Theme.du(12)
                text: root.viewModel.deleteLabel
                disabledReason: root.viewModel.deleteReason
                onActivated: root.viewModel.remove()
            }
        }
    ]

    Rectangle {
        anchors.fill: parent
        radius: Theme.radiusCard
        color: Theme.highContrast ? Theme.surface : Theme.well
        border.width: Theme.borderCard
        border.color: Theme.line

        Image {
            objectName: "picture"
            anchors.fill: parent
            anchors.margins: Theme.gapTight
            visible: root.viewModel.picture !== ""
            source: root.viewModel.picture
            fillMode: Image.PreserveAspectFit
            mipmap: true
            cache: false
            Accessible.role: Accessible.Graphic
            Accessible.name: root.viewModel.pictureLabel
        }

        BodyText {
            objectName: "empty"
            anchors.centerIn: parent
            visible: text !== ""
            text: root.viewModel.empty
            secondary: true
        }
    }
}
