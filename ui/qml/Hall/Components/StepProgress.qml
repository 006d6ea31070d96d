pragma ComponentBehavior: Bound

import QtQuick

Row {
    id: root

    property int step: 0
    property int steps: 0

    spacing: Theme.du(12)
    height: Theme.du(10)

    Repeater {
        model: root.steps

        Rectangle {
            required property int index

            width: (root.width - (root.steps - 1) * root.spacing) / root.steps
            height: root.height
            radius: height / 2
            color: index < root.step ? Theme.primary : Theme.line
        }
    }
}
