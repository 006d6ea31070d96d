pragma ComponentBehavior: Bound

import QtQuick
import Hall.Components
import Hall.Input

// The words on offer in equal cells, the page keys beside them; without words, a line that says what to do.
Item {
    id: root

    required property TextKeyboardViewModel viewModel
    property int rows: 2

    readonly property real gap: Theme.mm(2.2)
    // Side by side in a single row, else above one another.
    readonly property real pageKeyWidth: rows === 1 ? Theme.em(112) : Theme.em(136)
    readonly property real pagerWidth: rows === 1 ? 2 * pageKeyWidth + gap : pageKeyWidth
    readonly property int columns: Math.max(2, Math.floor((width - pagerWidth) / (Theme.mm(40) + gap)))
    readonly property real cellWidth: (width - pagerWidth - columns * gap) / columns
    readonly property real cellHeight: (height - (rows - 1) * gap) / rows
    readonly property int charactersPerCell: Math.max(1, Math.floor((cellWidth - Theme.mm(4)) / Theme.sizeSub))

    function arrange() {
        if (width > 0)
            viewModel.arrange(columns, rows, charactersPerCell);
    }

    onColumnsChanged: arrange()
    onRowsChanged: arrange()
    onCharactersPerCellChanged: arrange()
    Component.onCompleted: arrange()

    Text {
        objectName: "hint"
        anchors.fill: parent
        visible: text !== ""
        verticalAlignment: Text.AlignVCenter
        horizontalAlignment: Text.AlignHCenter
        wrapMode: Text.Wrap
        text: root.viewModel.hint
        color: Theme.inkSecondary
        font.family: Theme.fontText
        font.pixelSize: Theme.sizeText
        Accessible.role: Accessible.StaticText
        Accessible.name: text
    }

    // The keys stay while their words change, so that the focus stays too.
    Repeater {
        model: root.columns * root.rows

        Key {
            required property int index

            readonly property var cell: root.viewModel.cells[index] ?? null

            objectName: "candidate_" + index
            visible: cell !== null
            x: (cell?.column ?? 0) * (root.cellWidth + root.gap)
            y: (cell?.row ?? 0) * (root.cellHeight + root.gap)
            width: (cell?.span ?? 1) * (root.cellWidth + root.gap) - root.gap
            height: root.cellHeight
            label: cell?.text ?? ""
            onActivated: root.viewModel.choose(cell.index)
        }
    }

    Grid {
        anchors.right: parent.right
        columns: root.rows === 1 ? 2 : 1
        visible: root.viewModel.hasPrevious || root.viewModel.hasNext
        spacing: root.gap

        Key {
            objectName: "previousCandidates"
            accessibleName: root.viewModel.words.previous
            width: root.pageKeyWidth
            height: root.cellHeight
            disabledReason: root.viewModel.hasPrevious ? "" : root.viewModel.words.first_page
            label: root.viewModel.hasPrevious ? root.viewModel.words.previous : root.viewModel.words.first_page
            textSize: Theme.sizeSecondary
            onActivated: root.viewModel.previousPage()
        }

        Key {
            objectName: "nextCandidates"
            accessibleName: root.viewModel.words.next
            width: root.pageKeyWidth
            height: root.cellHeight
            disabledReason: root.viewModel.hasNext ? "" : root.viewModel.words.last_page
            label: root.viewModel.hasNext ? root.viewModel.words.next : root.viewModel.words.last_page
            textSize: Theme.sizeSecondary
            onActivated: root.viewModel.nextPage()
        }
    }
}
