pragma ComponentBehavior: Bound

import QtQuick
import Hall.Components
import Hall.Input

// The field being typed into: the text, the letters that are no text yet (underlined), and the caret.
Rectangle {
    id: root

    required property TextKeyboardViewModel viewModel
    // What the field is called, for who cannot see it.
    required property string label

    readonly property int characters: viewModel.text.length + Math.ceil(viewModel.letters.length / 2)

    implicitHeight: Theme.mm(38.4)
    radius: Theme.radiusButton
    color: Theme.surface
    border.width: 2 * Theme.borderControl
    border.color: Theme.primary

    Accessible.role: Accessible.EditableText
    Accessible.name: root.label
    Accessible.description: root.viewModel.text

    Text {
        id: full

        objectName: "full"
        anchors.right: parent.right
        anchors.rightMargin: Theme.padCard
        anchors.verticalCenter: parent.verticalCenter
        visible: root.viewModel.room < 1
        text: root.viewModel.words.full
        color: Theme.inkSecondary
        font.family: Theme.fontText
        font.pixelSize: Theme.sizeSecondary
        Accessible.role: Accessible.StaticText
        Accessible.name: text
    }

    Item {
        anchors.left: parent.left
        anchors.leftMargin: Theme.padCard
        anchors.right: full.visible ? full.left : parent.right
        anchors.rightMargin: full.visible ? Theme.gapTight : Theme.padCard
        height: parent.height
        clip: true

        Row {
            id: line

            readonly property real textSize: root.characters * Theme.sizeHeading < parent.width ? Theme.sizeHeading : Theme.sizeSub

            // The end is where one types, so a text that is too long leaves on the left.
            x: Math.min(0, parent.width - width)
            height: parent.height

            Text {
                objectName: "typedText"
                anchors.verticalCenter: parent.verticalCenter
                anchors.verticalCenterOffset: -0.08 * font.pixelSize
                text: root.viewModel.text
                textFormat: Text.PlainText
                color: Theme.ink
                font.family: Theme.fontText
                font.weight: Font.Medium
                font.pixelSize: line.textSize
                Accessible.ignored: true
            }

            Text {
                id: letters

                objectName: "typedLetters"
                anchors.verticalCenter: parent.verticalCenter
                anchors.verticalCenterOffset: -0.08 * font.pixelSize
                leftPadding: text === "" ? 0 : Theme.mm(1.5)
                text: root.viewModel.letters
                textFormat: Text.PlainText
                color: Theme.primary
                font.family: Theme.fontText
                font.underline: true
                font.pixelSize: line.textSize
                Accessible.ignored: true
            }

            Item {
                width: Theme.mm(3)
                height: parent.height

                Rectangle {
                    anchors.centerIn: parent
                    width: Theme.mm(1.4)
                    height: 1.13 * line.textSize
                    color: Theme.primary
                }
            }
        }
    }
}
