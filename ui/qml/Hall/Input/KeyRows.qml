import QtQuick
import Hall.Components

// Keys in rows over the whole width. A row counts its keys in units, of which `units` fill the width.
Item {
    id: root

    // Each key: { label, send, name, wide } where wide is its width in units, 1 unless told.
    required property list<var> rows
    required property int units
    property real digitSize: Theme.sizeSub

    readonly property real gap: Theme.mm(2.2)
    readonly property real unit: (width - (units - 1) * gap) / units
    readonly property real keyHeight: (height - (rows.length - 1) * gap) / rows.length

    signal pressed(send: string)

    Column {
        anchors.fill: parent
        spacing: root.gap

        Repeater {
            model: root.rows

            Row {
                id: row

                required property var modelData

                anchors.horizontalCenter: parent?.horizontalCenter
                spacing: root.gap

                Repeater {
                    model: row.modelData

                    Key {
                        required property var modelData

                        readonly property real wide: modelData.wide ?? 1

                        objectName: "key_" + modelData.send
                        width: wide * root.unit + (wide - 1) * root.gap
                        height: root.keyHeight
                        label: modelData.label
                        accessibleName: modelData.name ?? modelData.label
                        chosen: modelData.chosen ?? false
                        textSize: label.length > 1 ? Theme.sizeText : /[0-9]/.test(label) ? root.digitSize : Theme.sizeSub
                        onPressed: root.pressed(modelData.send)
                    }
                }
            }
        }
    }
}
