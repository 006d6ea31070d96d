pragma ComponentBehavior: Bound

import QtQuick
import Hall.Components

// One key: a Touchable that may be tapped again soon, since the same letter or digit often comes twice.
Touchable {
    id: root

    required property string label
    property string accessibleName: label
    property real textSize: Theme.sizeSub
    property bool chosen: false

    text: accessibleName
    // Shorter than two deliberate taps, longer than the bounce of a trembling finger.
    repeatMs: 150
    // Neighbours are 2 mm apart, so the ring of the focus lies inside.
    ringInside: true
    radius: Theme.du(12)
    fill: chosen ? Theme.primary : Theme.surface
    edge: chosen ? Theme.primary : Theme.controlBorder
    touchedFill: chosen ? Theme.primary : Theme.well

    Text {
        anchors.fill: parent
        anchors.leftMargin: Theme.du(8)
        anchors.rightMargin: Theme.du(8)
        anchors.bottomMargin: 2 * Theme.rise(root.textSize)
        horizontalAlignment: Text.AlignHCenter
        verticalAlignment: Text.AlignVCenter
        text: root.label
        textFormat: Text.PlainText
        color: root.blocked ? Theme.disabledText : root.chosen ? Theme.primaryInk : Theme.ink
        font.family: Theme.fontText
        font.weight: Theme.weightStrong
        font.pixelSize: root.textSize
        fontSizeMode: Text.HorizontalFit
        minimumPixelSize: Theme.du(30)
        Accessible.ignored: true
    }
}
