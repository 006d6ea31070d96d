pragma ComponentBehavior: Bound

import QtQuick
import Hall.Components
import Hall.Input
import Hall.ViewModels

// One question: what is known already, and below it the choices, the digits or the keyboard.
PageFrame {
    id: root

    objectName: "questionPage"

    required property QuestionViewModel viewModel

    readonly property TextKeyboardViewModel typing: viewModel.keyboard as TextKeyboardViewModel
    readonly property bool typesText: viewModel.kind === "text"
    // Two or three choices share more room than rows need, up to a comfortable size.
    readonly property real choiceHeight: Math.max(Theme.rowHeight, Math.min(Theme.du(Theme.large ? 220 : 190), (contentItem.height + Theme.gapRow) / Math.max(1, choices.count) - Theme.gapRow))

    heading: viewModel.heading
    lead: viewModel.lead
    primaryText: viewModel.nextLabel
    primaryReason: viewModel.blocked
    asideFirst: true
    onBack: viewModel.goBack()
    onPrimary: viewModel.goOn()

    aside: [
        Card {
            width: root.columnWidth
            visible: known.count > 0 && !(root.typesText && Theme.large && !Theme.landscape)

            Repeater {
                id: known

                model: root.viewModel.known

                AnswerRow {
                    required property bool fromCard

                    labelWidth: Theme.du(Theme.landscape ? 192 : 264)
                    sourceIcon: fromCard ? "card" : "pen"
                    required label
                    required value
                    required source
                }
            }
        },
        Loader {
            width: root.columnWidth
            active: root.typesText && root.typing !== null && Theme.landscape
            visible: active
            sourceComponent: typed
        }
    ]

    Column {
        width: parent.width
        spacing: Theme.gapRow
        visible: root.viewModel.kind === "choice"

        Repeater {
            id: choices

            model: root.viewModel.choices

            ListRow {
                id: choice

                required property string value
                required property string label

                objectName: "choice-" + value
                required chosen
                name: label
                nameSize: Theme.sizeSub
                implicitHeight: root.choiceHeight
                chevron: false
                role: Accessible.RadioButton
                Accessible.checkable: true
                Accessible.checked: chosen
                onActivated: root.viewModel.choose(value)
            }
        }
    }

    Loader {
        anchors.fill: parent
        active: root.viewModel.kind === "digits" || root.viewModel.kind === "identity-number"
        sourceComponent: digits
    }

    // Under the heading where the screen is low.
    Loader {
        id: typedAbove

        y: keys.y - height - Theme.gap
        width: parent.width
        active: root.typesText && root.typing !== null && !Theme.landscape
        sourceComponent: typed
    }

    Loader {
        id: keys

        readonly property real room: parent.height - (typedAbove.active ? typedAbove.height + Theme.gap : 0)

        y: parent.height - height
        width: parent.width
        height: Math.min(room, Theme.mm(250))
        active: root.typesText && root.typing !== null
        sourceComponent: keyboard
    }

    Component {
        id: digits

        Item {
            NumberField {
                id: field

                objectName: "field"
                width: parent.width
                anchors.bottom: pad.top
                anchors.bottomMargin: Theme.gap
                label: root.viewModel.label
                note: root.viewModel.remaining
                error: root.viewModel.error
                value: root.viewModel.draft
                groups: root.viewModel.groups
            }

            DigitPad {
                id: pad

                width: parent.width
                height: Math.min(implicitHeight, parent.height - field.implicitHeight - Theme.gap)
                anchors.bottom: parent.bottom
                clearText: root.viewModel.clearLabel
                eraseText: root.viewModel.deleteLabel
                extraKey: root.viewModel.kind === "identity-number" ? "X" : ""
                onTyped: key => root.viewModel.pressKey(key)
                onErased: root.viewModel.deleteOne()
                onCleared: root.viewModel.clear()
            }
        }
    }

    Component {
        id: typed

        TypedText {
            objectName: "field"
            viewModel: root.typing
            label: root.viewModel.label
        }
    }

    Component {
        id: keyboard

        TextKeyboard {
            viewModel: root.typing
        }
    }
}
