pragma ComponentBehavior: Bound

import QtQuick

Column {
    id: root

    property string label: ""
    property alias value: number.value
    property alias size: number.size
    property alias color: number.color
    property color labelColor: Theme.inkSecondary

    BodyText {
        text: root.label
        size: Theme.sizeSecondary
        color: root.labelColor
        wrapMode: Text.NoWrap
    }

    GroupedNumber {
        id: number
    }
}
