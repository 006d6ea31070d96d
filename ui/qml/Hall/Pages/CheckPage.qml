pragma ComponentBehavior: Bound

import QtQuick
import Hall.Components
import Hall.ViewModels

// Everything that is about to be signed: answers, materials, and what follows. More than fits stands on further pages.
PageFrame {
    id: root

    objectName: "checkPage"

    required property CheckViewModel viewModel

    readonly property bool turns: viewModel.pages > 1
    // A row with a line more than one, on average.
    readonly property real rowUnit: Theme.du(!Theme.large ? 140 : Theme.landscape ? 178 : 215)
    readonly property int linesInRow: Theme.large && Theme.landscape ? 1 : 2
    readonly property real noteRoom: Theme.landscape ? 0 : Theme.em(96) + Theme.gap
    readonly property real pagerRoom: Theme.landscape ? 0 : Theme.buttonHeight + Theme.gap
    readonly property real labelRoom: Theme.large ? 0 : Theme.du(Theme.landscape ? 212 : 284)
    readonly property int valueEm: (columnWidth - 2 * Theme.padCard - labelRoom) / Theme.sizeText

    function arrange() {
        const room = contentItem.height - noteRoom;
        viewModel.arrange(room / rowUnit, (room - pagerRoom) / rowUnit, valueEm, linesInRow);
    }

    heading: viewModel.heading
    primaryText: viewModel.confirmLabel
    primaryReason: viewModel.blocked
    onBack: viewModel.goBack()
    onPrimary: viewModel.confirm()
    Component.onCompleted: arrange()
    onRowUnitChanged: arrange()

    aside: [
        BodyText {
            objectName: "note"
            width: root.columnWidth
            visible: Theme.landscape && text !== ""
            text: root.viewModel.note
            size: Theme.sizeSecondary
            secondary: true
        },
        Pager {
            width: root.columnWidth
            visible: Theme.landscape && root.turns
            countText: Theme.large ? root.viewModel.pagesShort : root.viewModel.pagesText
            previousText: root.viewModel.previousLabel
            previousReason: root.viewModel.firstReason
            nextText: root.viewModel.nextLabel
            nextReason: root.viewModel.lastReason
            onPrevious: root.viewModel.previousPage()
            onNext: root.viewModel.nextPage()
        }
    ]

    Column {
        width: parent.width

        Connections {
            target: root.contentItem

            function onHeightChanged() {
                root.arrange();
            }
        }

        Card {
            width: parent.width
            visible: root.viewModel.hasAnswers

            Repeater {
                model: root.viewModel.answers

                CheckedAnswer {
                    showText: root.viewModel.showLabel
                    onChangeAsked: root.viewModel.change(rowId)
                }
            }
        }

        Item {
            width: 1
            height: Theme.gapWide
            visible: root.viewModel.hasAnswers && materialsHeading.visible
        }

        SubHeading {
            id: materialsHeading

            objectName: "materialsHeading"
            width: parent.width
            visible: text !== ""
            text: root.viewModel.materialsHeading
            bottomPadding: Theme.gapTight
        }

        Card {
            width: parent.width
            visible: materialsHeading.visible

            Repeater {
                model: root.viewModel.materials

                MaterialRow {
                    required property string rowId
                    required property string value
                    required property string change

                    objectName: "papers-" + rowId
                    required label
                    required tone
                    status: value
                    actionText: change
                    onActivated: root.viewModel.papers(rowId)
                }
            }
        }

        BodyText {
            objectName: "note"
            topPadding: Theme.gap
            width: parent.width
            visible: !Theme.landscape && text !== ""
            text: root.viewModel.note
            size: Theme.sizeSecondary
            secondary: true
        }
    }

    Pager {
        anchors.bottom: parent.bottom
        visible: !Theme.landscape && root.turns
        countText: root.viewModel.pagesText
        previousText: root.viewModel.previousLabel
        previousReason: root.viewModel.firstReason
        nextText: root.viewModel.nextLabel
        nextReason: root.viewModel.lastReason
        onPrevious: root.viewModel.previousPage()
        onNext: root.viewModel.nextPage()
    }
}
