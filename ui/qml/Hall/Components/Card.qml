pragma ComponentBehavior: Bound

import QtQuick

// Groups; its edge is never something to touch. Rows stand under one another and draw their own separators.
Rectangle {
    id: root

    property real padding: 0
    property alias spacing: column.spacing
    default property alias content: column.data

    implicitHeight: column.height + 2 * (padding + Theme.borderCard)
    color: Theme.surface
    radius: Theme.radiusCard
    border.width: Theme.borderCard
    border.color: Theme.line

    Column {
        id: column

        x: root.padding + Theme.borderCard
        y: x
        width: root.width - 2 * x
    }
}
