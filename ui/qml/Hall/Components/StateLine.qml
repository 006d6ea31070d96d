pragma ComponentBehavior: Bound

import QtQuick

// What a device is doing, as icon, colour and words together. Tones are the six states: preparing, waiting, working,
// good, attention, fault.
Item {
    id: root

    property string text: ""
    property string tone: "waiting"
    property string iconName: ({
            "preparing": "clock",
            "waiting": "waiting",
            "working": "card",
            "good": "good",
            "attention": "attention",
            "fault": "fault"
        })[tone] ?? "clock"
    // What stands at the end: "about 3 seconds".
    property string after: ""
    // 0..1, or -1 while nobody knows.
    property real progress: -1
    property real size: Theme.sizeText
    property bool strong: true
    default property alias content: end.data

    implicitHeight: Math.max(Theme.du(Theme.large ? 144 : 120), words.implicitHeight + Theme.du(56))
    Accessible.role: Accessible.StaticText
    Accessible.name: after === "" ? text : text + " " + after

    Icon {
        id: icon

        x: Theme.padCard
        anchors.verticalCenter: parent.verticalCenter
        name: root.iconName
        size: Theme.iconState
        color: root.tone === "waiting" ? Theme.good : Theme.toneColor(root.tone)
    }

    BodyText {
        id: words

        objectName: "stateText"
        anchors.left: icon.right
        anchors.leftMargin: Theme.du(20)
        anchors.right: after.visible ? after.left : bar.visible ? bar.left : end.width > 0 ? end.left : parent.right
        anchors.rightMargin: after.visible || bar.visible || end.width > 0 ? Theme.du(20) : Theme.padCard
        anchors.verticalCenter: parent.verticalCenter
        anchors.verticalCenterOffset: -Theme.rise(size)
        text: root.text
        balanced: true
        size: root.size
        strong: root.strong
        color: Theme.toneColor(root.tone)
        spoken: false
    }

    BodyText {
        id: after

        anchors.right: parent.right
        anchors.rightMargin: Theme.padCard
        anchors.verticalCenter: parent.verticalCenter
        anchors.verticalCenterOffset: -Theme.rise(size)
        visible: text !== ""
        text: root.after
        size: Theme.sizeSecondary
        secondary: true
        wrapMode: Text.NoWrap
        spoken: false
    }

    Rectangle {
        id: bar

        anchors.right: parent.right
        anchors.rightMargin: Theme.padCard
        anchors.verticalCenter: parent.verticalCenter
        visible: root.progress >= 0 && !after.visible
        width: Math.min(Theme.du(300), root.width / 3)
        height: Theme.du(12)
        radius: height / 2
        color: Theme.line

        Rectangle {
            width: Math.max(height, parent.width * Math.min(1, root.progress))
            height: parent.height
            radius: height / 2
            color: Theme.primary
        }
    }

    Row {
        id: end

        anchors.right: parent.right
        anchors.rightMargin: Theme.padCard
        anchors.verticalCenter: parent.verticalCenter
        spacing: Theme.gap
    }
}
