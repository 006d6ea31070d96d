pragma ComponentBehavior: Bound

import QtQuick
import Hall.Components
import Hall.ViewModels

// It is being written down, or the platform is being waited for. Nothing to touch; no word of success.
PageFrame {
    id: root

    objectName: "keepingPage"

    required property KeepingViewModel viewModel

    readonly property int lateMs: 5000
    property bool late: false
    property real waited: 0

    heading: viewModel.heading
    lead: viewModel.lead
    backText: ""

    Timer {
        id: patience

        interval: root.lateMs
        running: true
        onTriggered: root.late = true
    }

    NumberAnimation {
        id: waiting

        target: root
        property: "waited"
        from: 0
        to: 1
        duration: root.viewModel.waitS * 1000
        running: root.viewModel.waitS > 0
    }

    Connections {
        target: root.viewModel

        function onChanged() {
            root.late = false;
            patience.restart();
        }
    }

    Column {
        width: parent.width
        spacing: Theme.gapWide

        Card {
            width: parent.width

            Repeater {
                model: root.viewModel.steps

                Item {
                    id: step

                    required property int index
                    required property string text
                    required property string tone
                    required property string after

                    width: parent?.width ?? 0
                    height: line.height

                    Rectangle {
                        width: parent.width
                        height: Theme.borderCard
                        visible: step.index > 0
                        color: Theme.line
                    }

                    StateLine {
                        id: line

                        width: parent.width
                        text: step.text
                        tone: step.tone
                        iconName: step.tone === "good" ? "good" : "clock"
                        after: step.after
                    }
                }
            }
        }

        Card {
            width: parent.width

            StateLine {
                objectName: "state"
                width: parent.width
                text: root.late ? root.viewModel.lateText : root.viewModel.stateText
                tone: "working"
                iconName: "clock"
                progress: root.late && root.viewModel.waitS > 0 ? root.waited : -1
            }
        }
    }
}
