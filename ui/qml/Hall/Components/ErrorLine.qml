pragma ComponentBehavior: Bound

import QtQuick

// What is wrong with a field, right above it, in the same words as on top of the page.
Item {
    id: root

    property string text: ""

    implicitWidth: Math.ceil(icon.width + Theme.gapTight + words.implicitWidth)
    implicitHeight: text === "" ? 0 : words.implicitHeight
    visible: text !== ""
    Accessible.role: Accessible.AlertMessage
    Accessible.name: text

    Icon {
        id: icon

        y: (words.lineHeight - height) / 2
        name: "attention"
        color: Theme.fault
    }

    BodyText {
        id: words

        anchors.left: icon.right
        anchors.leftMargin: Theme.gapTight
        anchors.right: parent.right
        y: -Theme.rise(size)
        text: root.text
        strong: true
        color: Theme.fault
        spoken: false
    }
}
