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

    // Between them the invitation and the items stand.
    readonly property real highest: staff.visible && !staff.beside ? staff.y + staff.height : where.y + where.height
    readonly property real lowest: offline.visible ? offline.y - (landscape ? Theme.gapTight : Theme.gap) : start.y - (landscape ? 0 : Theme.gapSection)

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
            id: place

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

    // For those who work here, at the edge.
    BodyText {
        id: staff

        objectName: "staff"

        readonly property bool beside: where.x + where.width + Theme.gapSection + implicitWidth <= root.width - Theme.edge

        x: beside ? root.width - Theme.edge - width : where.x + where.width - place.width
        y: beside ? where.y + (where.height - height) / 2 : where.y + where.height + Theme.gapTight
        visible: text !== ""
        text: root.viewModel.staff
        size: Theme.sizeMin
        secondary: true
        horizontalAlignment: beside ? Text.AlignRight : Text.AlignLeft
    }

    Column {
        id: invitation

        x: Theme.edge
        y: root.highest + (root.landscape ? (root.lowest - root.highest - height) / 2 : (root.lowest - items.height - root.highest - height) * 0.45)
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
            visible: !(offline.visible && root.landscape && Theme.large)
            text: root.viewModel.lead
            size: Theme.sizeSub
            secondary: true
        }
    }

    Card {
        id: items

        x: root.landscape ? root.width - Theme.edge - width : Theme.edge
        y: root.landscape ? invitation.y + (invitation.height - height) / 2 : root.lowest - height
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

    Notice {
        id: offline

        objectName: "offline"
        x: Theme.edge
        y: start.y - Theme.gap - height
        width: root.width - 2 * Theme.edge
        iconName: "clock"
        text: root.viewModel.offline
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
