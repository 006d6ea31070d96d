pragma ComponentBehavior: Bound

import QtQuick

// A number to read out, in fours.
Row {
    id: root

    property string value: ""
    property int group: 4
    property real size: Theme.sizeSub
    property bool strong: true
    property color color: Theme.ink

    spacing: Math.round(size * 0.5)
    Accessible.role: Accessible.StaticText
    Accessible.name: value

    Repeater {
        model: root.value === "" ? [] : root.value.replace(/[\s-]/g, "").match(new RegExp(".{1," + root.group + "}", "g"))

        BodyText {
            required property string modelData

            text: modelData
            size: root.size
            strong: root.strong
            color: root.color
            wrapMode: Text.NoWrap
            spoken: false
        }
    }
}
