pragma ComponentBehavior: Bound

import QtQuick
import Hall.Components

// What was taken of a material so far, and beside it the buttons that take more of it.
Item {
    id: root

    required property var thumbs
    property string takenText: ""
    property string missingText: ""
    // The least room there is: the pictures alone say it.
    property bool cramped: false
    property real buttonWidth: Theme.du(Theme.large ? 300 : 280)
    property int columns: 1
    default property alias buttons: grid.data

    signal looked(int slot)

    height: Math.max(row.height, counted.height, grid.height)

    Row {
        id: row

        anchors.verticalCenter: parent.verticalCenter
        spacing: Theme.gapRow

        Repeater {
            id: pictures

            model: root.thumbs

            TakenThumb {
                required property int index

                // Beside two columns of buttons there is room for one.
                visible: root.columns === 1 || index === pictures.count - 1
                onActivated: root.looked(slot)
            }
        }
    }

    Column {
        id: counted

        anchors.left: row.right
        anchors.leftMargin: Theme.gap
        anchors.right: grid.left
        anchors.rightMargin: Theme.gapTight
        anchors.verticalCenter: parent.verticalCenter
        visible: !root.cramped

        BodyText {
            objectName: "taken"
            width: parent.width
            text: root.takenText
            strong: true
        }

        BodyText {
            objectName: "missing"
            width: parent.width
            // In large type the button below alone says it.
            visible: !Theme.large
            balanced: true
            text: root.missingText
            size: Theme.sizeSecondary
            secondary: true
        }
    }

    Grid {
        id: grid

        anchors.right: parent.right
        anchors.verticalCenter: parent.verticalCenter
        columns: root.columns
        spacing: Theme.gapRow
    }
}
