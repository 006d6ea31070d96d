pragma ComponentBehavior: Bound

import QtQuick
import Hall.Components
import Hall.ViewModels

// Sheets of A4 on their way, or how it ended.
PageFrame {
    id: root

    objectName: "printingPage"

    required property PrintingViewModel viewModel

    tone: viewModel.mark
    heading: viewModel.heading
    lead: viewModel.lead
    backText: ""
    primaryText: viewModel.closeLabel
    onPrimary: viewModel.close()

    Column {
        width: parent.width
        spacing: Theme.gap

        Card {
            width: parent.width

            StateLine {
                objectName: "state"
                width: parent.width
                text: root.viewModel.stateText
                tone: root.viewModel.tone
                iconName: root.viewModel.tone === "working" ? "printer" : root.viewModel.tone
                progress: root.viewModel.progress
            }
        }

        BodyText {
            objectName: "note"
            width: parent.width
            visible: text !== ""
            text: root.viewModel.note
            balanced: true
            secondary: true
        }

        SecondaryButton {
            objectName: "changeMind"
            width: Math.max(Theme.du(Theme.large ? 360 : 300), implicitWidth)
            visible: text !== ""
            text: root.viewModel.otherLabel
            disabledReason: root.viewModel.otherBlocked
            onActivated: root.viewModel.doOther()
        }
    }
}
