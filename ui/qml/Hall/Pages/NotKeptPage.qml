pragma ComponentBehavior: Bound

import QtQuick
import Hall.Components
import Hall.ViewModels

// It could not be written down, or nobody knows whether it was; and what one can do.
PageFrame {
    id: root

    objectName: "notKeptPage"

    required property NotKeptViewModel viewModel

    tone: "fault"
    heading: viewModel.heading
    lead: viewModel.lead
    backText: viewModel.backLabel
    primaryText: viewModel.againLabel
    onBack: viewModel.goBack()
    onPrimary: viewModel.tryAgain()

    Column {
        width: parent.width
        spacing: Theme.gapWide

        Card {
            width: parent.width

            StateLine {
                objectName: "state"
                width: parent.width
                text: root.viewModel.stateText
                tone: "fault"
            }
        }

        Column {
            width: parent.width
            spacing: Theme.gapTight

            Repeater {
                model: root.viewModel.whatToDo

                BodyText {
                    required property string modelData
                    required property int index

                    visible: index !== 1 || root.viewModel.whatToDo.length < 3 || !(Theme.landscape && Theme.large)
                    width: parent?.width ?? 0
                    text: modelData
                    balanced: true
                }
            }
        }
    }
}
