pragma ComponentBehavior: Bound

import QtQuick

// Two buttons and where one is between them.
Item {
    id: root

    property string countText: ""
    property string previousText: ""
    property string previousReason: ""
    property string nextText: ""
    property string nextReason: ""

    signal previous
    signal next

    implicitWidth: parent ? parent.width : 0
    implicitHeight: Theme.buttonHeight

    SecondaryButton {
        id: back

        objectName: "previousPage"
        width: Theme.du(268)
        text: root.previousText
        disabledReason: root.previousReason
        onActivated: root.previous()
    }

    BodyText {
        anchors.left: back.right
        anchors.right: forth.left
        anchors.verticalCenter: parent.verticalCenter
        anchors.verticalCenterOffset: -Theme.rise(size)
        text: root.countText
        strong: true
        horizontalAlignment: Text.AlignHCenter
    }

    SecondaryButton {
        id: forth

        objectName: "nextPage"
        anchors.right: parent.right
        width: Theme.du(268)
        text: root.nextText
        disabledReason: root.nextReason
        onActivated: root.next()
    }
}
