pragma ComponentBehavior: Bound

import QtQuick

// A number whose middle is covered with dots, each on the width of a digit; uncover() shows it for a while.
Row {
    id: root

    // Groups between spaces, "•" for a covered digit: "138 •••• 5678".
    property string masked: ""
    // The whole number, grouped in the same way.
    property string plain: ""
    property real size: Theme.sizeText
    property bool strong: true
    property int uncoverMs: 10000
    readonly property alias uncovered: cover.running

    function uncover() {
        cover.restart();
    }

    function conceal() {
        cover.stop();
    }

    spacing: Math.round(size * 0.42)
    Accessible.role: Accessible.StaticText
    Accessible.name: uncovered ? plain : masked

    Timer {
        id: cover

        interval: root.uncoverMs
    }

    TextMetrics {
        id: digit

        text: "0"
        font.family: Theme.fontText
        font.weight: root.strong ? Theme.weightStrong : Theme.weightText
        font.pixelSize: root.size
    }

    Repeater {
        model: (root.uncovered && root.plain !== "" ? root.plain : root.masked).split(" ")

        Row {
            id: group

            required property string modelData

            Repeater {
                model: group.modelData.split(/(•)/).filter(part => part !== "")

                Item {
                    id: part

                    required property string modelData
                    readonly property bool covered: modelData === "•"

                    width: covered ? digit.advanceWidth : words.implicitWidth
                    height: words.implicitHeight

                    BodyText {
                        id: words

                        text: part.covered ? "0" : part.modelData
                        visible: !part.covered
                        size: root.size
                        strong: root.strong
                        wrapMode: Text.NoWrap
                        spoken: false
                    }

                    Rectangle {
                        anchors.centerIn: parent
                        visible: part.covered
                        width: Math.round(root.size * 0.26)
                        height: width
                        radius: width / 2
                        color: Theme.ink
                    }
                }
            }
        }
    }
}
