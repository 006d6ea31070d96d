pragma ComponentBehavior: Bound

import QtQuick

// A picture of the printed slip: paper, with its own small type.
Item {
    id: root

    property string heading: ""
    // [{label, value}, ...]
    property var rows: []
    property string payload: ""
    // The words on the slip while a device is simulated.
    property string notice: ""

    implicitWidth: Theme.du(344)
    implicitHeight: Theme.du(572)
    Accessible.role: Accessible.Graphic
    Accessible.name: heading

    component PaperText: BodyText {
        size: Theme.du(22)
        color: Theme.paperInk
        lineHeight: Theme.du(34)
        fontSizeMode: Text.HorizontalFit
        minimumPixelSize: Theme.du(15)
        wrapMode: Text.NoWrap
        spoken: false
    }

    component Tear: Row {
        spacing: Theme.du(5)
        topPadding: Theme.gapTight
        bottomPadding: Theme.gapTight
        width: parent.width
        clip: true

        Repeater {
            model: 27

            Rectangle {
                width: Theme.du(6)
                height: Theme.du(2)
                color: "#7B8895"
            }
        }
    }

    Drawing {
        anchors.fill: parent
        name: "slip-paper"
        fillMode: Image.PreserveAspectFit
    }

    Column {
        x: Theme.du(28)
        y: root.notice === "" ? Theme.du(34) : Theme.du(20)
        width: parent.width - 2 * x

        PaperText {
            width: parent.width
            text: root.heading
            size: Theme.du(28)
            lineHeight: Theme.du(40)
            strong: true
            horizontalAlignment: Text.AlignHCenter
        }

        PaperText {
            width: parent.width
            visible: text !== ""
            text: root.notice
            horizontalAlignment: Text.AlignHCenter
        }

        Tear {}

        Repeater {
            model: root.rows

            Row {
                id: line

                required property var modelData

                PaperText {
                    width: Theme.du(76)
                    text: line.modelData.label
                    color: "#3B4E63"
                }

                PaperText {
                    width: Theme.du(212)
                    text: line.modelData.value
                    strong: true
                }
            }
        }

        Tear {}

        QrCode {
            anchors.horizontalCenter: parent.horizontalCenter
            size: Theme.du(root.notice === "" ? 189 : 168)
            quiet: 0
            radius: 0
            payload: root.payload
        }
    }
}
