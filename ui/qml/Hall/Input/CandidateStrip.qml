import QtQuick
import Hall.Components
import Hall.Input

// The words on offer in equal cells, the page keys beside them; without words, a line that says what to do.
Item {
    id: root

    required property TextKeyboardViewModel viewModel
    property int rows: 2

    readonly property real gap: Theme.mm(2.2)
    readonly property real pagerWidth: Theme.mm(37) * Theme.scale
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

    Repeater {
        model: root.viewModel.cells

        Key {
            required property var modelData

            objectName: "candidate_" + modelData.text
            x: modelData.column * (root.cellWidth + root.gap)
            y: modelData.row * (root.cellHeight + root.gap)
            width: modelData.span * root.cellWidth + (modelData.span - 1) * root.gap
            height: root.cellHeight
            label: modelData.text
            textSize: Theme.sizeSub
            onPressed: root.viewModel.choose(modelData.index)
        }
    }

    Column {
        anchors.right: parent.right
        visible: root.viewModel.hasPrevious || root.viewModel.hasNext
        spacing: root.gap

        Key {
            objectName: "previousCandidates"
            width: root.pagerWidth
            height: root.cellHeight
            enabled: root.viewModel.hasPrevious
            label: root.viewModel.label("previous")
            textSize: Theme.sizeSecondary
            onPressed: root.viewModel.previousPage()
        }

        Key {
            objectName: "nextCandidates"
            width: root.pagerWidth
            height: root.cellHeight
            enabled: root.viewModel.hasNext
            label: root.viewModel.label("next")
            textSize: Theme.sizeSecondary
            onPressed: root.viewModel.nextPage()
        }
    }
}
