pragma ComponentBehavior: Bound

import QtQuick

// The five levels, none chosen beforehand.
Row {
    id: root

    property var levels: []
    // 0..4, or -1 while none is chosen
    property int chosen: -1

    signal rated(int level)

    spacing: Theme.gapRow

    Repeater {
        model: root.levels

        Touchable {
            id: level

            required property int index
            required property string modelData

            objectName: "rate-" + index
            width: (root.width - (root.levels.length - 1) * root.spacing) / Math.max(1, root.levels.length)
            height: Theme.buttonHeight
            role: Accessible.RadioButton
            text: modelData
            fill: index === root.chosen ? Theme.primary : Theme.surface
            edge: index === root.chosen ? Theme.primary : Theme.controlBorder
            Accessible.checkable: true
            Accessible.checked: index === root.chosen
            onActivated: root.rated(index)

            BodyText {
                anchors.centerIn: parent
                anchors.verticalCenterOffset: -Theme.rise(size)
                width: parent.width - 2 * Theme.du(8)
                text: level.modelData
                size: Theme.sizeMin
                strong: true
                color: level.index === root.chosen ? (level.pressed ? Theme.ink : Theme.primaryInk) : Theme.ink
                lineHeight: Math.round(size * 1.2)
                horizontalAlignment: Text.AlignHCenter
                wrapMode: Text.WrapAnywhere
                spoken: false
            }
        }
    }
}
