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

    tone: viewModel.tone
    heading: viewModel.heading
    lead: viewModel.lead
    backText: viewModel.againLabel
    primaryText: viewModel.finishLabel
    onBack: viewModel.goHome()
    onPrimary: viewModel.finish()

    aside: [
        NextSteps {
            width: root.columnWidth
            visible: !root.received && root.onPaper
            heading: root.viewModel.stepsHeading
            steps: root.viewModel.steps
        },
        Rating {
            width: root.columnWidth
            visible: root.received
            viewModel: root.viewModel
        }
    ]

    TakeSlip {
        id: takeSlip

        visible: root.onPaper && root.received
        width: parent.width
        height: Math.min(Theme.du(Theme.large ? 640 : 506), parent.height - pair.implicitHeight - Theme.gap)
        viewModel: root.viewModel
    }

    NumberPair {
        id: pair

        objectName: "numbers"
        visible: takeSlip.visible
        y: takeSlip.height + Theme.gap
        width: parent.width
        numbers: root.viewModel.numbers
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
            heading: root.viewModel.photographHeading
            numbers: root.viewModel.numbers
            payload: root.viewModel.payload
        }

        BodyText {
            width: parent.width
            visible: !Theme.landscape
            text: root.viewModel.photographNote
            size: Theme.sizeSecondary
            secondary: true
        }

        PrintAgain {
            width: parent.width
            viewModel: root.viewModel
        }
    }
}
