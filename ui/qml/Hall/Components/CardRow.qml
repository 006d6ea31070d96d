pragma ComponentBehavior: Bound

import QtQuick

// A row of a card; with an action the whole row answers, 8 units inside its separators.
Item {
    id: root

    property string label: ""
    property string spokenText: label
    property string actionText: ""
    // What the content needs; the row adds its own air.
    property real contentHeight: 0
    readonly property bool touchable: actionText !== ""
    readonly property real inset: Theme.padCard
    readonly property real contentWidth: width - 2 * inset - (touchable ? action.width + Theme.du(20) : 0)
    default property alias content: inner.data

    signal activated

    implicitWidth: parent ? parent.width : 0
    width: implicitWidth
    implicitHeight: Math.max(Theme.rowHeight, contentHeight + 2 * Theme.du(!Theme.large ? 20 : Theme.landscape ? 16 : 34))

    Rectangle {
        width: parent.width
        height: Theme.borderCard
        visible: root.y > 0
        color: Theme.line
    }

    Touchable {
        id: target

        objectName: root.objectName === "" ? "" : root.objectName + "Target"
        anchors.fill: parent
        anchors.margins: Theme.du(8)
        visible: root.touchable
        text: root.actionText + " " + root.spokenText
        radius: Theme.radiusButton
        borderWidth: 0
        ringInside: true
        onActivated: root.activated()
    }

    Item {
        id: inner

        x: root.inset
        width: root.contentWidth
        height: parent.height
    }

    RowAction {
        id: action

        anchors.right: parent.right
        anchors.rightMargin: root.inset
        anchors.verticalCenter: parent.verticalCenter
        visible: root.touchable
        enabled: false
        text: root.actionText
        fill: target.pressed ? Theme.well : Theme.surface
        edge: target.pressed ? Theme.primary : Theme.controlBorder
        Accessible.ignored: true
    }
}
