pragma ComponentBehavior: Bound

import QtQuick
import Hall.Components

// Keys in rows over the whole width, each row in the middle. Widths are counted in units, of which `units` fill the width.
Item {
    id: root

    // Each key: { label, send, wide, chosen } where wide is its width in units, 1 unless told.
    required property list<var> rows
    required property int units
    property real digitSize: Theme.sizeSub

    readonly property real gap: Theme.mm(2.2)
    readonly property real unit: (width + gap) / units
    readonly property real step: (height + gap) / rows.length
    readonly property list<var> placed: {
        const keys = [];
        rows.forEach((row, line) => {
            let at = (units - row.reduce((sum, key) => sum + (key.wide ?? 1), 0)) / 2;
            for (const key of row) {
                const wide = key.wide ?? 1;
                keys.push({
                    key,
                    line,
                    at,
                    wide
                });
                at += wide;
            }
        });
        return keys;
    }

    signal struck(send: string)

    Repeater {
        model: root.placed

        Key {
            required property var modelData

            objectName: "key_" + modelData.key.send
            x: modelData.at * root.unit
            y: modelData.line * root.step
            width: modelData.wide * root.unit - root.gap
            height: root.step - root.gap
            label: modelData.key.label
            chosen: modelData.key.chosen ?? false
            textSize: label.length > 1 ? Theme.sizeText : /[0-9]/.test(label) ? root.digitSize : Theme.sizeSub
            onActivated: root.struck(modelData.key.send)
        }
    }
}
