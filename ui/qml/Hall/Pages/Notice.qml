pragma ComponentBehavior: Bound

import QtQuick
import Hall.Components

// What is otherwise than usual, as icon and words; takes no room while there is nothing to say.
Item {
    id: root

    property string text: ""
    property string iconName: ""
    property color color: Theme.inkSecondary

    visible: text !== ""
    implicitHeight: words.height

    Icon {
        id: icon

        y: Math.round((words.lineHeight - height) / 2)
        name: root.iconName
        size: Theme.iconFine
        color: root.color
    }

    BodyText {
        id: words

        objectName: root.objectName + "Text"
        x: icon.width + Theme.du(12)
        width: parent.width - x
        text: root.text
        balanced: true
        size: Theme.sizeSecondary
        color: root.color
    }
}
