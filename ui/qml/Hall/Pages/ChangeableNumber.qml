pragma ComponentBehavior: Bound

import QtQuick
import Hall.Components

// A covered number that was typed: one button shows it, the other leads back to its question.
CardRow {
    id: root

    required property string rowId
    required property string value
    required property string covered
    required property string showText
    required property string changeText

    readonly property real labelWidth: Theme.du(Theme.landscape ? 192 : 264)
    readonly property real besideLabel: contentWidth - labelWidth - actions.width - 2 * Theme.du(20)
    // The label above the number where they do not stand beside one another.
    readonly property bool stacked: Theme.large || number.width > besideLabel
    // The buttons below the number where they do not stand beside it.
    readonly property bool below: stacked && number.width > contentWidth - actions.width - Theme.du(20)

    signal changeAsked

    contentHeight: words.height + (below ? actions.height + Theme.gapRow : 0)

    Item {
        id: words

        width: parent.width
        height: root.stacked ? label.implicitHeight + number.height : Math.max(label.implicitHeight, number.height)
        y: (parent.height - root.contentHeight) / 2 - Theme.rise(Theme.sizeText)

        BodyText {
            id: label

            objectName: "label"
            text: root.label
            size: root.stacked ? Theme.sizeSecondary : Theme.sizeText
            secondary: true
        }

        MaskedNumber {
            id: number

            objectName: "number"
            x: root.stacked ? 0 : root.labelWidth + Theme.du(20)
            y: root.stacked ? label.implicitHeight : 0
            masked: root.covered
            plain: root.value
        }
    }

    Row {
        id: actions

        anchors.right: parent.right
        y: root.below ? words.y + words.height + Theme.gapRow : (parent.height - height) / 2
        spacing: Theme.gapRow

        RowAction {
            objectName: root.rowId === "" ? "" : "show-" + root.rowId
            text: root.showText
            onActivated: number.uncover()
        }

        RowAction {
            objectName: root.rowId === "" ? "" : "change-" + root.rowId
            text: root.changeText
            onActivated: root.changeAsked()
        }
    }
}
