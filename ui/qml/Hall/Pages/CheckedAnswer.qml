pragma ComponentBehavior: Bound

import QtQuick
import Hall.Components

// An answer to check. What is covered can be shown, what was asked for can be changed, and some can be both.
Item {
    id: root

    required property string rowId
    required property string label
    required property string value
    required property string covered
    required property string source
    required property string change
    property string showText: ""

    readonly property bool both: covered !== "" && change !== ""

    signal changeAsked

    width: parent?.width ?? 0
    implicitHeight: both ? number.implicitHeight : plain.implicitHeight

    Rectangle {
        width: parent.width
        height: Theme.borderCard
        visible: root.y > 0
        color: Theme.line
    }

    AnswerRow {
        id: plain

        objectName: root.both ? "" : (root.covered !== "" ? "show-" : root.change !== "" ? "change-" : "answer-") + root.rowId
        visible: !root.both
        labelWidth: number.labelWidth
        label: root.label
        value: root.value
        masked: root.both ? "" : root.covered
        source: root.source
        actionText: root.both ? "" : root.covered !== "" ? root.showText : root.change
        onActivated: {
            if (root.change !== "")
                root.changeAsked();
        }
    }

    ChangeableNumber {
        id: number

        visible: root.both
        rowId: root.both ? root.rowId : ""
        label: root.label
        value: root.both ? root.value : ""
        covered: root.both ? root.covered : ""
        showText: root.showText
        changeText: root.change
        onChangeAsked: root.changeAsked()
    }
}
