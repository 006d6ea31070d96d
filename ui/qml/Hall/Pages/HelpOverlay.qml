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

    ContactCard {
        width: parent.width
        deskLabel: root.viewModel.deskLabel
        desk: root.viewModel.desk
        telephoneLabel: root.viewModel.telephoneLabel
        telephone: root.viewModel.telephone
        hoursLabel: root.viewModel.hoursLabel
        hours: root.viewModel.hours
    }
}
