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

    Column {
        width: parent.width
        spacing: Theme.gapTight

        SubHeading {
            width: parent.width
            text: root.viewModel.still
        }

        ListRow {
            objectName: "guidesButton"
            iconName: "book"
            name: root.viewModel.guides
            line: root.viewModel.guidesLine
            onActivated: root.viewModel.openGuides()
        }

        Item {
            width: 1
            height: Theme.gap
        }

        SubHeading {
            width: parent.width
            text: root.viewModel.instead
        }

        Card {
            width: parent.width
            padding: Theme.padCard
            spacing: Theme.gapTight

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
}
