pragma ComponentBehavior: Bound

import QtQuick

// Numbers to take along, side by side, or under one another where they do not fit.
Card {
    id: root

    // [{label, value}, ...]
    property var numbers: []

    padding: Theme.padCard - Theme.borderCard

    Flow {
        id: flow

        readonly property real taken: {
            let sum = 0;
            for (let i = 0; i < repeater.count; i++)
                sum += repeater.itemAt(i)?.width ?? 0;
            return sum;
        }

        width: parent.width
        spacing: repeater.count > 1 && taken + Theme.gap < width ? Math.floor((width - taken) / (repeater.count - 1)) : Theme.gap

        Repeater {
            id: repeater

            model: root.numbers

            LabelledNumber {
                required property var modelData

                label: modelData.label
                value: modelData.value
            }
        }
    }
}
