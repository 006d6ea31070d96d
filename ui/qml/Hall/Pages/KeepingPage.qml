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

                StateLine {
                    required property int index

                    width: parent?.width ?? 0
                    required text
                    required tone
                    required after

                    Rectangle {
                        parent: parent.parent
                        width: parent?.width ?? 0
                        height: Theme.borderCard
                        visible: parent.index > 0
                        color: Theme.line
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
