pragma ComponentBehavior: Bound

import QtQuick
import Hall.Components

// The seal, as large as the idle page wants it.
Rectangle {
    id: root

    required property real size

    width: size
    height: size
    radius: size * 0.14
    color: Theme.seal

    Rectangle {
        anchors.fill: parent
        anchors.margins: root.size * 0.08
        radius: root.size * 0.07
        color: "transparent"
        border.width: Theme.du(2)
        border.color: Theme.sealInk
    }

    BodyText {
        anchors.centerIn: parent
        anchors.verticalCenterOffset: -Theme.du(1)
        text: Surroundings.sealCharacter
        color: Theme.sealInk
        size: Math.round(root.size * 0.64)
        lineHeight: Math.round(size * 1.44)
        font.family: Theme.fontHeading
        font.weight: Theme.weightHeading
        spoken: false
    }
}
