pragma ComponentBehavior: Bound

import QtQuick
import Hall.Components

// The reader and a card: laid down by a hand while one waits, lying there while it is read. Below it the live state.
DevicePanel {
    id: root

    // "waiting", "reading" or "away"
    required property string stage
    // What stands on the drawn reader, where the room shows its front edge.
    property string word: ""

    readonly property bool waiting: stage === "waiting"
    // Whole where there is room; in a low box smaller and at the right edge, where the hand comes from.
    readonly property real drawn: Math.min(contentWidth / 964, contentHeight / 500)
    readonly property bool whole: drawn === contentWidth / 964
    readonly property real contentWidth: 964 * drawingScale
    readonly property real contentHeight: 2 * drawingTop + 860 * drawingScale

    mark: whole && drawingTop > -185 * drawingScale ? word : ""
    markX: 599

    component Layer: Image {
        readonly property real rest: (root.contentHeight - height) / 2

        x: root.contentWidth - width
        y: rest
        width: 964 * root.drawn
        height: 860 * root.drawn
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

        source: Qt.resolvedUrl("drawings/card-in-hand.svg")
        visible: root.waiting
        opacity: 1 - down.shown
        y: rest + down.shown * 190 * root.drawn
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
