pragma ComponentBehavior: Bound

import QtQuick
import Hall.Components
import Hall.ViewModels

// Sealed: whether the platform has it, where the slip is, what to take along when there is none.
PageFrame {
    id: root

    objectName: "donePage"

    required property DoneViewModel viewModel

    readonly property bool onPaper: viewModel.paper === "printing" || viewModel.paper === "printed"
    readonly property bool received: viewModel.tone === "good"
    // In large type only what is needed now.
    readonly property bool cramped: Theme.large

    tone: viewModel.tone
    heading: viewModel.heading
    lead: viewModel.lead
    backText: viewModel.againLabel
    primaryText: viewModel.finishLabel
    primaryReason: viewModel.leavingBlocked
    onBack: viewModel.goHome()
    sideText: viewModel.pagesLabel
    sideIcon: "printer"
    sideReason: viewModel.pagesBlocked
    onSide: viewModel.printPages()
    onPrimary: viewModel.finish()

    aside: [
        SecondaryButton {
            objectName: "pagesButton"
            width: root.columnWidth
            visible: !Theme.landscape && text !== ""
            small: true
            text: root.viewModel.pagesLabel
            iconName: Theme.large ? "" : "printer"
            disabledReason: root.viewModel.pagesBlocked
            onActivated: root.viewModel.printPages()
        },
        Item {
            width: 1
            height: Theme.gapTight
            visible: !Theme.landscape && root.viewModel.pagesLabel !== ""
        },
        NextSteps {
            width: root.columnWidth
            visible: !root.received && root.onPaper && !root.cramped
            heading: root.viewModel.stepsHeading
            steps: root.viewModel.steps
        },
        Rating {
            width: root.columnWidth
            visible: root.received && (root.onPaper || !root.cramped)
            viewModel: root.viewModel
        },
        PrintAgain {
            width: root.columnWidth
            visible: !root.onPaper && root.cramped
            viewModel: root.viewModel
        }
    ]

    TakeSlip {
        id: takeSlip

        visible: root.onPaper && root.received
        width: parent.width
        height: Math.min(Theme.du(Theme.large ? 560 : 506), parent.height - numbers.height - Theme.gap)
        viewModel: root.viewModel
    }

    Card {
        id: numbers

        objectName: "numbers"
        visible: takeSlip.visible
        y: takeSlip.height + Theme.gap
        width: parent.width
        padding: Theme.du(Theme.landscape ? 20 : 28)

        Flow {
            width: parent.width
            spacing: Theme.gap

            Repeater {
                model: root.viewModel.numbers

                LabelledNumber {
                    required property var modelData

                    label: modelData.label
                    value: modelData.value
                    size: root.cramped ? Theme.sizeMin : Theme.landscape ? Theme.sizeText : Theme.sizeSub
                }
            }
        }
    }

    KeptSlip {
        visible: root.onPaper && !root.received
        width: parent.width
        height: Math.min(implicitHeight, parent.height)
        viewModel: root.viewModel
    }

    Column {
        visible: !root.onPaper
        width: parent.width
        spacing: Theme.gap

        CodeCard {
            objectName: "codeCard"
            width: parent.width
            scale: root.cramped ? Math.min(1, root.contentItem.height / implicitHeight) : 1
            transformOrigin: Item.Top
            heading: root.viewModel.photographHeading
            numbers: root.viewModel.numbers
            payload: root.viewModel.payload
        }

        BodyText {
            width: parent.width
            visible: !Theme.landscape && !root.cramped
            text: root.viewModel.photographNote
            size: Theme.sizeSecondary
            secondary: true
        }

        PrintAgain {
            width: parent.width
            visible: !root.cramped
            viewModel: root.viewModel
        }
    }
}
