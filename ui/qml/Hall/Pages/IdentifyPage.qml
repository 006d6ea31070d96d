pragma ComponentBehavior: Bound

import QtQuick
import Hall.Components
import Hall.ViewModels

// Lay the identity card on the reader, and see how it is being read.
PageFrame {
    id: root

    objectName: "identifyPage"

    required property IdentifyViewModel viewModel

    heading: viewModel.heading
    lead: viewModel.lead
    onBack: viewModel.goBack()

    aside: [
        BodyText {
            objectName: "hint"
            width: root.columnWidth
            visible: text !== ""
            text: root.viewModel.hint
            secondary: true
        }
    ]

    CardPanel {
        width: parent.width
        height: Theme.landscape ? parent.height : Math.min(parent.height, implicitHeight)
        panel: root.viewModel.panel
    }
}
