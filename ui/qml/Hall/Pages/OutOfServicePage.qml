pragma ComponentBehavior: Bound

import QtQuick
import Hall.Components
import Hall.ViewModels

// What still works here, and who helps with the rest.
PageFrame {
    id: root

    objectName: "outOfServicePage"

    required property OutOfServiceViewModel viewModel

    tone: "fault"
    heading: viewModel.heading
    lead: viewModel.lead
    backText: ""
    helpText: ""
    primaryText: viewModel.guides
    onPrimary: viewModel.openGuides()

    aside: [
        BodyText {
            objectName: "still"
            width: root.columnWidth
            visible: !Theme.large || !Theme.landscape
            text: root.viewModel.still
            secondary: true
        }
    ]

    Column {
        width: parent.width
        spacing: Theme.gapTight

        SubHeading {
            width: parent.width
            visible: !Theme.large || !Theme.landscape
            text: root.viewModel.instead
        }

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
}
