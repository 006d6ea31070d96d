pragma ComponentBehavior: Bound

import QtQuick
import Hall.Components
import Hall.ViewModels

// The card says that a condition does not hold; where one may ask.
PageFrame {
    id: root

    objectName: "notEligiblePage"

    required property NotEligibleViewModel viewModel

    tone: "attention"
    heading: viewModel.heading
    lead: viewModel.lead
    primaryText: viewModel.home
    onBack: viewModel.goBack()
    onPrimary: viewModel.goHome()

    Card {
        width: parent.width
        padding: Theme.padCard
        spacing: Theme.gap

        LabelledLine {
            width: parent.width
            label: root.viewModel.kept
            value: root.viewModel.takeCard
        }

        LabelledLine {
            objectName: "ask"
            width: parent.width
            label: root.viewModel.doubt
            value: root.viewModel.ask
        }
    }
}
