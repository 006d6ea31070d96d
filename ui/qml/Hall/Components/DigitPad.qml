pragma ComponentBehavior: Bound

import QtQuick

// Large digits. The keys share the height the pad is given: four rows of three, or in landscape three rows of four.
Item {
    id: root

    property string clearText: ""
    property string eraseText: ""
    // A key instead of the one that clears all: "X" of an identity number.
    property string extraKey: ""
    readonly property int columns: Theme.landscape ? 4 : 3
    readonly property int rows: 12 / columns
    readonly property string first: extraKey === "" ? "clear" : extraKey
    readonly property real keyWidth: (width - (columns - 1) * Theme.gapRow) / columns
    readonly property real keyHeight: (height - (rows - 1) * Theme.gapRow) / rows

    signal typed(string key)
    signal erased
    signal cleared

    implicitHeight: rows * Theme.du(152) + (rows - 1) * Theme.gapRow

    Grid {
        columns: root.columns
        spacing: Theme.gapRow

        Repeater {
            model: Theme.landscape ? ["1", "2", "3", "erase", "4", "5", "6", root.first, "7", "8", "9", "0"] : ["1", "2", "3", "4", "5", "6", "7", "8", "9", root.first, "0", "erase"]

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
                iconName: modelData === "erase" && !(Theme.large && Theme.landscape) ? "delete" : ""
                size: word ? (Theme.landscape ? Theme.sizeSecondary : Theme.sizeText) : Math.min(Theme.sizeHeading, root.keyHeight * 0.6)
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
