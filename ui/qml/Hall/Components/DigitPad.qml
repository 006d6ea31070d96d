pragma ComponentBehavior: Bound

import QtQuick

// Large digits. The keys share the height the pad is given.
Item {
    id: root

    property string clearText: ""
    property string eraseText: ""
    // A key instead of the one that clears all: "X" of an identity number.
    property string extraKey: ""
    readonly property real keyWidth: (width - 2 * Theme.gapRow) / 3
    readonly property real keyHeight: (height - 3 * Theme.gapRow) / 4

    signal typed(string key)
    signal erased
    signal cleared

    implicitHeight: 4 * Theme.du(152) + 3 * Theme.gapRow

    Grid {
        columns: 3
        spacing: Theme.gapRow

        Repeater {
            model: ["1", "2", "3", "4", "5", "6", "7", "8", "9", root.extraKey === "" ? "clear" : root.extraKey, "0", "erase"]

            ActionButton {
                required property string modelData
                readonly property bool word: modelData === "clear" || modelData === "erase"

                objectName: "key-" + modelData
                width: root.keyWidth
                height: root.keyHeight
                pad: Theme.du(8)
                // One types the same digit twice faster than one means the same button twice; shorter than this is a tremor.
                repeatMs: word ? 500 : 150
                text: modelData === "clear" ? root.clearText : modelData === "erase" ? root.eraseText : modelData
                iconName: modelData === "erase" ? "delete" : ""
                size: word ? Theme.sizeText : Math.min(Theme.sizeHeading, root.keyHeight * 0.6)
                onActivated: {
                    if (modelData === "clear")
                        root.cleared();
                    else if (modelData === "erase")
                        root.erased();
                    else
                        root.typed(modelData);
                }
            }
        }
    }
}
