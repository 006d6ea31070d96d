pragma ComponentBehavior: Bound

import QtQuick

// A disc with an icon: "good", "attention", "fault", or the primary hue for anything else.
Rectangle {
    id: root

    property string tone: ""
    property string iconName: ({
            "good": "check",
            "attention": "attention",
            "fault": "cross"
        })[tone] ?? "hands"

    implicitWidth: Theme.du(88)
    implicitHeight: Theme.du(88)
    radius: width / 2
    color: tone === "good" || tone === "attention" || tone === "fault" ? Theme.toneColor(tone) : Theme.primary

    Icon {
        anchors.centerIn: parent
        name: root.iconName
        size: Theme.iconState
        stroke: Theme.du(6)
        color: Theme.primaryInk
    }
}
