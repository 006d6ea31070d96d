pragma ComponentBehavior: Bound

import QtQuick

// Says that devices are simulated; takes its own room, so that it never covers anything.
Rectangle {
    id: root

    property string text: ""

    visible: text !== ""
    height: visible ? Theme.du(56) : 0
    color: Theme.attention

    BodyText {
        anchors.centerIn: parent
        anchors.verticalCenterOffset: -Theme.rise(size)
        text: root.text
        size: Theme.du(30)
        strong: true
        color: Theme.primaryInk
    }
}
