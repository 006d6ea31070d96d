pragma ComponentBehavior: Bound

import QtQuick
import Hall.Components
import Hall.Input

// The whole keyboard: tabs, candidates, keys. It fills the size it is given; the keys take what the rest leaves.
Item {
    id: root

    objectName: "textKeyboard"

    required property TextKeyboardViewModel viewModel

    readonly property bool hasCandidates: viewModel.mode === "pinyin" || viewModel.mode === "handwriting"
    readonly property real gap: Theme.mm(5.5)

    implicitWidth: Theme.mm(265)
    implicitHeight: Theme.mm(180)

    function keys(letters: string, capitals = false): list<var> {
        return letters.split("").map(letter => ({
                    label: capitals ? letter.toUpperCase() : letter,
                    send: letter
                }));
    }

    function press(send: string) {
        if (send === "delete")
            viewModel.deleteOne();
        else if (send === "clear")
            viewModel.clear();
        else if (send === "separator")
            viewModel.separate();
        else if (send === "capitals")
            viewModel.toggleCapitals();
        else
            viewModel.pressKey(send);
    }

    Row {
        id: tabs

        height: Theme.mm(24)
        spacing: Theme.mm(4)

        Repeater {
            model: root.viewModel.tabs

            Key {
                required property var modelData

                objectName: "tab_" + modelData.mode
                width: Theme.em(150)
                height: tabs.height
                label: modelData.label
                textSize: Theme.sizeSecondary
                chosen: modelData.mode === root.viewModel.mode
                role: Accessible.PageTab
                onActivated: root.viewModel.chooseMode(modelData.mode)
            }
        }
    }

    CandidateStrip {
        id: strip

        anchors.top: tabs.bottom
        anchors.topMargin: root.gap
        width: parent.width
        rows: Theme.landscape && Theme.large ? 1 : 2
        height: rows * Theme.mm(24) + (rows - 1) * Theme.mm(2.2)
        visible: root.hasCandidates
        viewModel: root.viewModel
    }

    Item {
        anchors.top: root.hasCandidates ? strip.bottom : tabs.bottom
        anchors.topMargin: root.gap
        anchors.bottom: parent.bottom
        width: parent.width

        Loader {
            anchors.fill: parent
            sourceComponent: ({
                    pinyin: pinyinKeys,
                    handwriting: handwritingKeys,
                    digits: digitKeys,
                    latin: latinKeys
                })[root.viewModel.mode]
        }
    }

    Component {
        id: pinyinKeys

        KeyRows {
            units: 10
            rows: [root.keys("qwertyuiop"), root.keys("asdfghjkl"), [
                    {
                        label: root.viewModel.words.separator,
                        send: "separator",
                        wide: 1.5
                    },
                    ...root.keys("zxc"),
                    {
                        label: "ü",
                        send: "v"
                    },
                    ...root.keys("bnm"),
                    {
                        label: root.viewModel.words.delete_one,
                        send: "delete",
                        wide: 1.5
                    }
                ]]
            onStruck: send => root.press(send)
        }
    }

    Component {
        id: digitKeys

        KeyRows {
            units: 5
            digitSize: Theme.sizeHeading
            rows: [[...root.keys("123"), ...root.keys("号栋")], [...root.keys("456"), ...root.keys("楼室")], [...root.keys("789"), {
                        label: "单元",
                        send: "单元"
                    }, ...root.keys("组")], [
                    {
                        label: root.viewModel.words.clear,
                        send: "clear"
                    },
                    ...root.keys("0-"),
                    {
                        label: root.viewModel.words.delete_one,
                        send: "delete",
                        wide: 2
                    }
                ]]
            onStruck: send => root.press(send)
        }
    }

    Component {
        id: latinKeys

        KeyRows {
            readonly property bool capitals: root.viewModel.capitals

            units: 10
            rows: [root.keys("1234567890"), root.keys("qwertyuiop", capitals), [...root.keys("asdfghjkl", capitals), ...root.keys("@")], [
                    {
                        label: root.viewModel.words.capitals,
                        send: "capitals",
                        wide: 1.5,
                        chosen: capitals
                    },
                    ...root.keys("zxcvbnm", capitals),
                    {
                        label: root.viewModel.words.delete_one,
                        send: "delete",
                        wide: 1.5
                    }
                ], [...root.keys(".-_/"), {
                        label: root.viewModel.words.clear,
                        send: "clear",
                        wide: 3
                    }]]
            onStruck: send => root.press(send)
        }
    }

    Component {
        id: handwritingKeys

        Row {
            spacing: Theme.mm(4)

            WritingPad {
                width: parent.width - column.width - parent.spacing
                height: parent.height
                viewModel: root.viewModel
            }

            Column {
                id: column

                readonly property real keyHeight: (height - 2 * spacing) / 3

                width: Theme.em(164)
                height: parent.height
                spacing: Theme.mm(2.2)

                Key {
                    objectName: "undoStroke"
                    width: parent.width
                    height: column.keyHeight
                    disabledReason: root.viewModel.strokes > 0 ? "" : root.viewModel.words.no_strokes
                    label: root.viewModel.words.undo_stroke
                    textSize: Theme.sizeText
                    onActivated: root.viewModel.undoStroke()
                }

                Key {
                    objectName: "rewrite"
                    width: parent.width
                    height: column.keyHeight
                    disabledReason: root.viewModel.strokes > 0 ? "" : root.viewModel.words.no_strokes
                    label: root.viewModel.words.rewrite
                    textSize: Theme.sizeText
                    onActivated: root.viewModel.eraseStrokes()
                }

                Key {
                    objectName: "key_delete"
                    width: parent.width
                    height: column.keyHeight
                    label: root.viewModel.words.delete_one
                    textSize: Theme.sizeText
                    onActivated: root.viewModel.deleteOne()
                }
            }
        }
    }
}
