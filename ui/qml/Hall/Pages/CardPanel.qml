pragma ComponentBehavior: Bound

import QtQuick
import Hall.Components

// The reader and a card: laid down by a hand while one waits, lying there while it is read. Below it the live state.
DevicePanel {
    id: root

    // "waiting", "reading" or "away"
    required property string stage
    // What stands on the drawn reader, where the room shows its front edge.
    required property string word

    readonly property bool waiting: stage === "waiting"

    mark: drawingTop > -185 * drawingScale ? word : ""
    markX: 599

    component Layer: Image {
        readonly property real drawn: width / 964

        width: parent?.width ?? 0
        height: 860 * drawn
        y: ((parent?.height ?? 0) - height) / 2
        sourceSize.width: width
        Accessible.ignored: true
    }

    Layer {
        source: Qt.resolvedUrl("drawings/reader.svg")
    }

    Layer {
        id: lying

        source: Qt.resolvedUrl("drawings/card-lying.svg")
        opacity: root.stage === "reading" ? 1 : root.waiting ? down.shown : 0
    }

    Layer {
        id: arrow

        source: Qt.resolvedUrl("drawings/arrow.svg")
        visible: root.waiting
        opacity: 1 - down.shown
    }

    Layer {
        id: held

        readonly property real rest: ((parent?.height ?? 0) - height) / 2

        source: Qt.resolvedUrl("drawings/card-in-hand.svg")
        visible: root.waiting
        opacity: 1 - down.shown
        y: rest + down.shown * 190 * drawn
    }

    // Down, rest there, up again; calm enough to be read beside.
    QtObject {
        id: down

        property real shown: 0
    }

    SequentialAnimation {
        running: root.waiting && !Theme.calm && root.visible
        loops: Animation.Infinite
        onRunningChanged: {
            if (!running)
                down.shown = 0;
        }

        PauseAnimation {
            duration: 2400
        }
        NumberAnimation {
            target: down
            property: "shown"
            to: 1
            duration: 700
            easing.type: Easing.InOutCubic
        }
        PauseAnimation {
            duration: 1600
        }
        NumberAnimation {
            target: down
            property: "shown"
            to: 0
            duration: 250
            easing.type: Easing.OutCubic
        }
    }
}
