pragma ComponentBehavior: Bound

import QtQuick
import Hall.Components
import Hall.ViewModels

// Who helps. The page below stays as it is.
PageFrame {
    id: root

    objectName: "helpOverlay"

    required property HelpViewModel viewModel

    heading: viewModel.heading
    lead: viewModel.lead
    backText: viewModel.leaveText
    helpText: ""
    primaryText: viewModel.closeText
    onBack: viewModel.leaveVisit()
    onPrimary: viewModel.close()

    aside: [
        BodyText {
            width: root.columnWidth
            text: root.viewModel.saying
            secondary: true
        }
    ]

    Card {
        width: parent.width
        padding: Theme.padCard
        spacing: Theme.gapWide

        LabelledLine {
            objectName: "desk"
            width: parent.width
            label: root.viewModel.deskLabel
            value: root.viewModel.desk
        }

        LabelledLine {
            objectName: "telephone"
            width: parent.width
            label: root.viewModel.telephoneLabel
            value: root.viewModel.telephone
        }

        LabelledLine {
            objectName: "hours"
            width: parent.width
            label: root.viewModel.hoursLabel
            value: root.viewModel.hours
            strong: false
        }
    }
}
