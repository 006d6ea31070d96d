import QtQuick
import Hall.Components

// One key. It answers on touch-down, counts when the finger lifts inside it, and may be tapped in quick succession.
Rectangle {
    id: root

    required property string label
    property string iconPath: ""
    property string accessibleName: label
    property real textSize: Theme.sizeSub
    property bool chosen: false

    readonly property color content: !root.enabled ? Theme.disabledText : root.chosen ? Theme.textOnPrimary : Theme.ink

    signal pressed

    activeFocusOnTab: enabled
    radius: Theme.mm(3.3)
    color: root.chosen ? Theme.primary : touch.pressed ? Theme.well : Theme.surface
    border.width: Theme.borderControl
    border.color: root.chosen || touch.pressed ? Theme.primary : Theme.controlBorder

    Accessible.role: Accessible.Button
    Accessible.name: root.accessibleName
    Accessible.focusable: true
    Accessible.onPressAction: root.pressed()

    Keys.onReturnPressed: root.pressed()
    Keys.onEnterPressed: root.pressed()
    Keys.onSpacePressed: root.pressed()

    Text {
        anchors.centerIn: parent
        // The ink of Noto Sans CJK lies 0.08 em under the middle of its line.
        anchors.verticalCenterOffset: -0.08 * font.pixelSize
        width: parent.width - 2 * Theme.borderControl
        horizontalAlignment: Text.AlignHCenter
        text: root.label
        color: root.content
        font.family: Theme.fontText
        font.weight: Font.Medium
        font.pixelSize: root.textSize
        fontSizeMode: Text.HorizontalFit
        minimumPixelSize: Theme.mm(8.2)
        Accessible.ignored: true
    }

    Rectangle {
        anchors.fill: parent
        anchors.margins: -10
        visible: root.activeFocus
        color: "transparent"
        radius: root.radius + 10
        border.width: 6
        border.color: Theme.focus
    }

    MouseArea {
        id: touch

        anchors.fill: parent
        onClicked: root.pressed()
        onDoubleClicked: root.pressed()
    }
}
