pragma ComponentBehavior: Bound

import QtQuick
import Hall.Components
import Hall.ViewModels

// No slip, or nobody knows: what can be done about it.
Rectangle {
    id: root

    required property DoneViewModel viewModel

    implicitHeight: Math.max(words.height, again.height) + 2 * (Theme.landscape ? Theme.gapTight : Theme.padCard)
    color: Theme.surface
    radius: Theme.radiusCard
    border.width: Theme.borderCard
    border.color: Theme.line

    Icon {
        id: icon

        x: Theme.padCard
        anchors.verticalCenter: parent.verticalCenter
        visible: !Theme.large
        name: "paper-out"
        size: Theme.iconBig
        color: Theme.attention
    }

    Column {
        id: words

        anchors.left: icon.visible ? icon.right : parent.left
        anchors.leftMargin: icon.visible ? Theme.gap : Theme.padCard
        anchors.right: again.left
        anchors.rightMargin: Theme.gap
        anchors.verticalCenter: parent.verticalCenter

        BodyText {
            objectName: "state"
            width: parent.width
            text: root.viewModel.slipHeading
            strong: true
        }

        BodyText {
            objectName: "slipLead"
            width: parent.width
            visible: !Theme.landscape
            balanced: true
            text: root.viewModel.slipLead
            size: Theme.sizeSecondary
            secondary: true
        }
    }

    SecondaryButton {
        id: again

        objectName: "reprintButton"
        anchors.right: parent.right
        anchors.rightMargin: Theme.padCard
        anchors.verticalCenter: parent.verticalCenter
        width: Math.max(Theme.du(Theme.large ? 360 : 300), implicitWidth)
        text: root.viewModel.reprintLabel
        iconName: Theme.large ? "" : "printer"
        disabledReason: root.viewModel.reprintBlocked
        onActivated: root.viewModel.reprint()
    }
}
