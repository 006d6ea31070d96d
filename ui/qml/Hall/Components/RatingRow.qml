pragma ComponentBehavior: Bound

import QtQuick

// The five levels, none chosen beforehand.
Row {
    id: root

    property var levels: []
    // 0..4, or -1 while none is chosen
    property int chosen: -1

    signal rated(int level)

    readonly property real levelWidth: (width - (levels.length - 1) * spacing) / Math.max(1, levels.length)
    // One size for all five, at which the longest stands in one line.
    readonly property real size: Math.min(Theme.sizeMin, Math.floor((levelWidth - Theme.du(14)) / levels.reduce((longest, level) => Math.max(longest, level.length), 1)))

    spacing: Theme.gapRow

    Repeater {
        model: root.levels

        Touchable {
            id: level

            required property int index
            required property string modelData

            objectName: "rate-" + (root.levels.length - index)
            width: root.levelWidth
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
                text: level.modelData
                size: root.size
                strong: true
                color: level.index === root.chosen ? (level.pressed ? Theme.ink : Theme.primaryInk) : Theme.ink
                lineHeight: Math.round(size * 1.2)
                horizontalAlignment: Text.AlignHCenter
                wrapMode: Text.NoWrap
                spoken: false
            }
        }
    }
}
