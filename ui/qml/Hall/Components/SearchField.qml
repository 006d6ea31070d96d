pragma ComponentBehavior: Bound

import QtQuick

// Leads to the search, and shows there what is typed.
Touchable {
    id: root

    property string placeholder: ""
    property string value: ""

    text: value === "" ? placeholder : value
    implicitWidth: parent ? parent.width : 0
    implicitHeight: Theme.buttonHeight

    Icon {
        id: icon

        x: Theme.padCard + Theme.borderControl
        anchors.verticalCenter: parent.verticalCenter
        name: "search"
        color: Theme.inkSecondary
    }

    BodyText {
        anchors.left: icon.right
        anchors.leftMargin: Theme.du(24)
        anchors.right: parent.right
        anchors.rightMargin: Theme.padCard + Theme.borderControl
        anchors.verticalCenter: parent.verticalCenter
        anchors.verticalCenterOffset: -Theme.rise(size)
        text: root.text
        secondary: root.value === ""
        wrapMode: Text.NoWrap
        elide: Text.ElideRight
        spoken: false
    }
}
