pragma ComponentBehavior: Bound

import QtQuick
import Hall.Components
import Hall.ViewModels

// A card instead of a signature.
PageFrame {
    id: root

    objectName: "signByCardPage"

    required property SignByCardViewModel viewModel

    heading: viewModel.heading
    lead: viewModel.lead
    onBack: viewModel.goBack()

    CardPanel {
        width: parent.width
        height: Theme.landscape ? parent.height : Math.min(parent.height, implicitHeight)
        panel: root.viewModel.panel
    }
}
