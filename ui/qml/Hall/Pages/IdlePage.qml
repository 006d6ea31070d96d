pragma ComponentBehavior: Bound

import QtQuick
import Hall.Components
import Hall.ViewModels

// Nobody is here: the whole glass is the button.
Rectangle {
    id: root

    objectName: "idlePage"

    required property IdleViewModel viewModel

    readonly property bool landscape: Theme.landscape
    readonly property real column: landscape ? (width - 2 * Theme.edge - Theme.gapSection) / 2 : width - 2 * Theme.edge

    color: Theme.ground

    TapHandler {
        gesturePolicy: TapHandler.ReleaseWithinBounds
        longPressThreshold: 0
        onTapped: root.viewModel.awaken()
    }

    SimulatedStrip {
        id: strip

        objectName: "simulated"
        width: parent.width
        text: Surroundings.simulatedNotice
    }

    Row {
        id: where

        x: Theme.edge
        y: strip.height + Theme.gapSection
        spacing: Theme.gap

        Seal {
            size: Theme.du(104)
        }

        Column {
            anchors.verticalCenter: parent.verticalCenter

            BodyText {
                text: Surroundings.title
                strong: true
                lineHeight: Math.round(size * 1.35)
            }

            BodyText {
                text: root.viewModel.where
                size: Theme.sizeMin
                secondary: true
            }
        }
    }

    Column {
        id: invitation

        x: Theme.edge
        y: root.landscape ? where.y + where.height + (start.y - where.y - where.height - height) / 2 : where.y + where.height + (items.y - where.y - where.height - height) * 0.45
        width: root.landscape ? root.width - 3 * Theme.edge - items.width : root.column
        spacing: Theme.gap

        BodyText {
            objectName: "heading"
            x: -Theme.du(4)
            width: parent.width
            text: root.viewModel.heading
            size: Theme.du(148)
            lineHeight: Math.round(size * 1.32)
            font.family: Theme.fontHeading
            font.weight: Theme.weightHeading
            Accessible.role: Accessible.Heading
        }

        BodyText {
            objectName: "lead"
            width: parent.width
            text: root.viewModel.lead
            size: Theme.sizeSub
            secondary: true
        }
    }

    Card {
        id: items

        x: root.landscape ? root.width - Theme.edge - width : Theme.edge
        y: root.landscape ? invitation.y + (invitation.height - height) / 2 : start.y - Theme.gapSection - height
        width: root.landscape ? Theme.du(640) : root.column
        padding: Theme.padCard

        BodyText {
            width: parent.width
            text: root.viewModel.itemsLabel
            size: Theme.sizeSecondary
            secondary: true
        }

        BodyText {
            objectName: "items"
            width: parent.width
            text: root.viewModel.items
            size: Theme.sizeSub
            strong: true
            lineHeight: Math.round(size * 1.6)
        }

        Item {
            width: 1
            height: Theme.gapTight
        }

        BodyText {
            width: parent.width
            text: root.viewModel.hours
            size: Theme.sizeMin
            secondary: true
        }
    }

    PrimaryButton {
        id: start

        objectName: "startButton"
        x: Theme.edge
        y: root.height - height - Theme.gapSection
        width: root.width - 2 * Theme.edge
        height: Theme.du(176)
        size: Theme.du(67)
        text: root.viewModel.start
        onActivated: root.viewModel.awaken()
    }
}
