pragma ComponentBehavior: Bound

import QtQuick
import Hall.Components
import Hall.ViewModels

// What to do about the slip in words, and the button that prints another.
Item {
    id: root

    required property DoneViewModel viewModel
    // Between the heading and the words.
    default property alias content: between.data

    implicitHeight: words.height + Theme.gap + again.height

    Column {
        id: words

        width: parent.width
        spacing: Theme.du(8)

        SubHeading {
            objectName: "state"
            width: parent.width
            text: root.viewModel.slipHeading
        }

        Column {
            id: between

            width: parent.width
        }

        BodyText {
            objectName: "slipLead"
            width: parent.width
            visible: !Theme.large || (!Theme.landscape && root.viewModel.pagesLabel === "")
            text: root.viewModel.slipLead
            size: Theme.sizeSecondary
            secondary: true
        }
    }

    SecondaryButton {
        id: again

        objectName: "reprintButton"
        anchors.bottom: parent.bottom
        width: parent.width
        text: root.viewModel.reprintLabel
        iconName: Theme.large ? "" : "printer"
        disabledReason: root.viewModel.reprintBlocked
        onActivated: root.viewModel.reprint()
    }
}
