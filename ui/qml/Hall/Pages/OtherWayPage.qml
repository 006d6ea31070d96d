pragma ComponentBehavior: Bound

import QtQuick
import Hall.Components
import Hall.ViewModels

// The ways to vouch that need no signature.
PageFrame {
    id: root

    objectName: "otherWayPage"

    required property OtherWayViewModel viewModel

    heading: viewModel.heading
    lead: viewModel.lead
    onBack: viewModel.goBack()

    Column {
        width: parent.width
        spacing: Theme.gapRow

        ListRow {
            objectName: "wayCard"
            iconName: "card"
            name: root.viewModel.cardName
            line: root.viewModel.cardLine
            onActivated: root.viewModel.choose("card")
        }

        ListRow {
            objectName: "wayWitness"
            iconName: "help"
            name: root.viewModel.witnessName
            line: root.viewModel.witnessLine
            onActivated: root.viewModel.choose("witness")
        }
    }
}
