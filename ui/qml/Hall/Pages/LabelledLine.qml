pragma ComponentBehavior: Bound

import QtQuick
import Hall.Components

// A small label and what it names, under one another.
Column {
    id: root

    required property string label
    required property string value
    property bool strong: true
    property real size: Theme.sizeText

    BodyText {
        width: root.width
        text: root.label
        size: Theme.sizeSecondary
        secondary: true
    }

    BodyText {
        objectName: root.objectName + "Value"
        width: root.width
        text: root.value
        size: root.size
        strong: root.strong
    }
}
