pragma ComponentBehavior: Bound

import QtQuick
import Hall.Components
import Hall.ViewModels

// The last seconds of a visit; a touch anywhere goes on with it.
PageFrame {
    id: root

    objectName: "timeoutOverlay"

    required property TimeoutViewModel viewModel

    property int elapsed: 0

    heading: viewModel.heading
    lead: viewModel.lead
    backText: viewModel.leaveText
    helpText: ""
    primaryText: viewModel.stayText
    onBack: viewModel.leaveVisit()
    onPrimary: viewModel.stay()

    aside: [
        BodyText {
            width: root.columnWidth
            visible: Theme.landscape
            text: root.viewModel.what
            secondary: true
        }
    ]

    TapHandler {
        gesturePolicy: TapHandler.ReleaseWithinBounds
        longPressThreshold: 0
        onTapped: root.viewModel.stay()
    }

    Timer {
        interval: 1000
        repeat: true
        running: true
        onTriggered: root.elapsed += 1
    }

    Rectangle {
        width: parent.width
        height: parent.height
        color: Theme.surface
        radius: Theme.radiusCard
        border.width: Theme.borderCard
        border.color: Theme.line

        Rectangle {
            x: Theme.borderCard
            y: Theme.borderCard
            width: parent.width - 2 * x
            height: Theme.landscape ? parent.height - 2 * y : what.y - y
            bottomLeftRadius: Theme.landscape ? topLeftRadius : 0
            bottomRightRadius: bottomLeftRadius
            topLeftRadius: Theme.radiusCard - Theme.borderCard
            topRightRadius: topLeftRadius
            color: Theme.well

            CountdownRing {
                objectName: "countdown"
                anchors.centerIn: parent
                width: Math.min(Theme.du(560), parent.width - Theme.du(48), parent.height - Theme.du(48))
                height: width
                total: Math.round(root.viewModel.seconds)
                seconds: Math.max(0, total - root.elapsed)
                unitText: root.viewModel.unit
            }
        }

        StateLine {
            id: what

            objectName: "state"
            y: parent.height - height
            width: parent.width
            visible: !Theme.landscape
            tone: "preparing"
            strong: false
            text: root.viewModel.what
        }
    }
}
