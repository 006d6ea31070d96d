pragma ComponentBehavior: Bound

import QtQuick
import Hall.Components

// A page of the material; once taken, a touch shows it large.
Touchable {
    id: root

    required property int slot
    required property string label
    required property string number
    required property string source
    required property string look

    readonly property real pad: Theme.du(12)
    // Not `enabled`: a page that only just appeared takes no touch yet, but looks as it will.
    readonly property bool offered: look !== ""

    objectName: "taken-" + slot
    width: Math.max(thumb.width, words.implicitWidth) + 2 * pad
    height: thumb.height + words.implicitHeight + 2 * pad
    text: look + " " + label
    enabled: offered
    activeFocusOnTab: offered
    borderWidth: offered ? Theme.borderControl : 0
    fill: offered ? Theme.surface : "transparent"

    PageThumb {
        id: thumb

        anchors.horizontalCenter: parent.horizontalCenter
        y: root.pad
        source: root.source
        caption: root.label
        number: root.number
    }

    BodyText {
        id: words

        anchors.top: thumb.bottom
        anchors.horizontalCenter: parent.horizontalCenter
        visible: text !== ""
        text: root.look
        size: Theme.sizeSecondary
        strong: true
        color: Theme.link
        spoken: false
    }
}
