pragma ComponentBehavior: Bound

import QtQuick
import Hall.Components

// One thing that is right or not, as icon, colour and words.
Row {
    id: root

    property string text: ""
    property bool good: false
    readonly property string tone: good ? "good" : "attention"

    spacing: Theme.du(10)

    Icon {
        anchors.verticalCenter: parent.verticalCenter
        name: root.tone
        size: Theme.iconFine
        color: Theme.toneColor(root.tone)
    }

    BodyText {
        anchors.verticalCenter: parent.verticalCenter
        anchors.verticalCenterOffset: -Theme.rise(size)
        text: root.text
        size: Theme.sizeSecondary
        color: Theme.toneColor(root.tone)
        wrapMode: Text.NoWrap
    }
}
