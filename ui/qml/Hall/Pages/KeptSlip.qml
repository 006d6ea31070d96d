pragma ComponentBehavior: Bound

import QtQuick
import Hall.Components
import Hall.ViewModels

// The slip of what is kept here, as it comes out, and its number.
Item {
    id: root

    required property DoneViewModel viewModel

    implicitHeight: Math.max(slip.implicitHeight, words.implicitHeight)

    SlipPreview {
        id: slip

        visible: !Theme.large
        scale: Math.min(1, root.height / implicitHeight)
        transformOrigin: Item.TopLeft
        heading: root.viewModel.previewHeading
        rows: root.viewModel.preview
        payload: root.viewModel.payload
        notice: root.viewModel.simulatedNotice
    }

    SlipWords {
        id: words

        x: slip.visible ? slip.implicitWidth + Theme.du(48) : 0
        width: parent.width - x
        height: parent.height
        viewModel: root.viewModel

        Repeater {
            model: root.viewModel.numbers

            LabelledNumber {
                required property var modelData

                objectName: "number"
                label: modelData.label
                value: modelData.value
            }
        }
    }
}
