pragma ComponentBehavior: Bound

import QtQuick
import Hall.Components

// The readers and a card: laid down by a hand or held over the slot while one waits, there while it is read. Places that
// take a card are vermilion. Below it the live state.
DevicePanel {
    id: root

    // CardPanelProps of ui/pages/card_panel.py.
    required property var panel

    readonly property bool waiting: panel.stage === "waiting"
    readonly property bool laying: waiting && panel.flat
    // Whole where there is room; in a low box smaller and at the right edge, where the hand comes from.
    readonly property real drawn: Math.min(contentWidth / 964, contentHeight / 500)
    readonly property bool whole: drawn === contentWidth / 964
    readonly property real contentWidth: 964 * drawingScale
    readonly property real contentHeight: 2 * drawingTop + 860 * drawingScale

    tone: panel.tone
    stateText: panel.state
    // Where the room shows the front edge of the readers.
    marks: !whole || drawingTop <= -185 * drawingScale ? [] : [
        {
            text: panel.flat_word,
            x: 599
        },
        {
            text: panel.slot_word,
            x: 233
        }
    ]

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
        source: Qt.resolvedUrl("drawings/flat.svg")
        visible: root.panel.flat
    }

    Layer {
        source: Qt.resolvedUrl("drawings/slot.svg")
        visible: root.panel.slot
    }

    Layer {
        source: Qt.resolvedUrl("drawings/card-over-slot.svg")
        visible: root.waiting && root.panel.slot
    }

    Layer {
        source: Qt.resolvedUrl("drawings/card-in-slot.svg")
        visible: root.panel.stage === "inserted"
    }

    Layer {
        id: lying

        source: Qt.resolvedUrl("drawings/card-lying.svg")
        opacity: root.panel.stage === "reading" ? 1 : root.laying ? down.shown : 0
    }

    Layer {
        id: arrow

        source: Qt.resolvedUrl("drawings/arrow.svg")
        visible: root.laying
        opacity: 1 - down.shown
    }

    Layer {
        id: held

        source: Qt.resolvedUrl("drawings/card-in-hand.svg")
        visible: root.laying
        opacity: 1 - down.shown
        y: rest + down.shown * 190 * root.drawn
    }

    // Down, rest there, up again; calm enough to be read beside.
    QtObject {
        id: down

        property real shown: 0
    }

    SequentialAnimation {
        running: root.laying && !Theme.calm && root.visible
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
