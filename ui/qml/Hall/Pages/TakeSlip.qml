pragma ComponentBehavior: Bound

import QtQuick
import Hall.Components
import Hall.ViewModels

// The slip that is being printed, or lies there to be taken.
Rectangle {
    id: root

    required property DoneViewModel viewModel

    color: Theme.surface
    radius: Theme.radiusCard
    border.width: Theme.borderCard
    border.color: Theme.line

    Rectangle {
        id: picture

        x: Theme.borderCard
        y: Theme.borderCard
        width: Math.min(Theme.du(Theme.large ? 340 : 482), root.width / 2)
        height: root.height - 2 * y
        topLeftRadius: Theme.radiusCard - Theme.borderCard
        bottomLeftRadius: topLeftRadius
        color: Theme.highContrast ? "#EAF0F4" : Theme.well
        clip: true

        Drawing {
            anchors.fill: parent
            name: "slip-out"
        }
    }

    SlipWords {
        anchors.left: picture.right
        anchors.right: parent.right
        anchors.top: parent.top
        anchors.bottom: parent.bottom
        anchors.margins: Theme.padCard
        anchors.leftMargin: Theme.gap
        viewModel: root.viewModel
    }
}
