pragma ComponentBehavior: Bound

import QtQuick

// Shows a number while it is typed on a DigitPad: grouped, with a caret and a slot for each digit still to come.
Item {
    id: root

    property string label: ""
    // On the right above the field: how many digits, how many to go.
    property string note: ""
    property string error: ""
    property string value: ""
    // How many digits stand together: [3, 4, 4]. Their sum is the length.
    property var groups: [4, 4, 4, 4]

    readonly property int length: groups.reduce((sum, count) => sum + count, 0)
    // The largest size at which the whole number stands in the field.
    readonly property real size: Math.min(Theme.sizeHeading, Math.floor((width - 2 * Theme.padCard - Theme.du(60)) / (0.56 * length + 0.42 * (groups.length - 1))))
    readonly property var cells: {
        const made = [];
        let from = 0;
        for (const count of groups) {
            made.push({
                "typed": value.slice(from, from + count),
                "open": Math.max(0, count - Math.max(0, value.length - from)),
                "caret": value.length >= from && value.length < from + count
            });
            from += count;
        }
        return made;
    }

    implicitHeight: box.y + box.height
    Accessible.role: Accessible.EditableText
    Accessible.name: [label, value, error === "" ? note : error].filter(part => part !== "").join(" ")
    Accessible.readOnly: true

    BodyText {
        id: label

        width: parent.width - (note.visible ? note.width + Theme.gap : 0)
        visible: text !== ""
        text: root.label
        strong: true
        spoken: false
    }

    BodyText {
        id: note

        anchors.right: parent.right
        anchors.baseline: label.baseline
        visible: text !== "" && !error.beside
        text: root.note
        size: Theme.sizeSecondary
        secondary: true
        wrapMode: Text.NoWrap
        spoken: false
    }

    ErrorLine {
        id: error

        objectName: "error"
        // On a low screen instead of the note, so that the keys below keep their height.
        readonly property bool beside: visible && Theme.landscape && label.implicitWidth + implicitWidth + Theme.gap < root.width

        x: beside ? root.width - implicitWidth : 0
        y: beside ? 0 : label.visible ? label.height + Theme.gapTight : 0
        width: beside ? implicitWidth : root.width
        text: root.error
    }

    Rectangle {
        id: box

        y: error.visible && !error.beside ? error.y + error.height + Theme.gapTight : label.visible ? label.height + Theme.gapTight : 0
        width: parent.width
        height: Theme.du(140)
        radius: Theme.radiusButton
        color: Theme.surface
        border.width: Theme.du(6)
        border.color: root.error === "" ? Theme.primary : Theme.fault

        Row {
            x: Theme.padCard + Theme.du(6)
            anchors.verticalCenter: parent.verticalCenter
            spacing: Math.round(root.size * 0.42)

            Repeater {
                model: root.cells

                Row {
                    id: group

                    required property var modelData

                    anchors.verticalCenter: parent.verticalCenter
                    spacing: Math.round(root.size * 0.06)

                    BodyText {
                        anchors.verticalCenter: parent.verticalCenter
                        anchors.verticalCenterOffset: -Theme.rise(size)
                        visible: text !== ""
                        text: group.modelData.typed
                        size: root.size
                        strong: true
                        wrapMode: Text.NoWrap
                        lineHeight: Math.round(size * 1.2)
                        spoken: false
                    }

                    Item {
                        anchors.verticalCenter: parent.verticalCenter
                        visible: group.modelData.caret
                        width: Theme.du(19)
                        height: Math.round(root.size * 1.13)

                        Rectangle {
                            anchors.centerIn: parent
                            width: Theme.du(5)
                            height: parent.height
                            color: Theme.primary
                        }
                    }

                    Repeater {
                        model: group.modelData.open

                        Item {
                            anchors.verticalCenter: parent?.verticalCenter
                            width: Math.round(root.size * 0.5)
                            height: Math.round(root.size * 0.78)

                            Rectangle {
                                anchors.bottom: parent.bottom
                                anchors.horizontalCenter: parent.horizontalCenter
                                width: Math.round(root.size * 0.42)
                                height: Theme.du(4)
                                color: Theme.controlBorder
                            }
                        }
                    }
                }
            }
        }
    }
}
