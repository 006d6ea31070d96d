pragma ComponentBehavior: Bound

import QtQuick

// Where one is, and the modes.
Item {
    id: root

    property string sealCharacter: Surroundings.sealCharacter
    property string title: ""
    property string subtitle: ""
    property string largeText: Surroundings.largeText

    signal largeToggled

    implicitHeight: Theme.headerHeight

    Rectangle {
        id: seal

        x: Theme.edge
        anchors.verticalCenter: parent.verticalCenter
        anchors.verticalCenterOffset: -Theme.borderCard / 2
        width: Theme.du(72)
        height: width
        radius: Theme.du(10)
        color: Theme.seal

        Rectangle {
            anchors.fill: parent
            anchors.margins: Theme.du(6)
            radius: Theme.du(5)
            color: "transparent"
            border.width: Theme.du(2)
            border.color: Theme.sealInk
        }

        Text {
            anchors.centerIn: parent
            anchors.verticalCenterOffset: -Theme.du(1)
            text: root.sealCharacter
            color: Theme.sealInk
            font.family: Theme.fontHeading
            font.weight: Theme.weightHeading
            font.pixelSize: Theme.du(46)
            renderType: Text.QtRendering
            Accessible.ignored: true
        }
    }

    Column {
        anchors.left: seal.right
        anchors.leftMargin: Theme.du(20)
        anchors.right: mode.visible ? mode.left : parent.right
        anchors.rightMargin: Theme.gapRow
        anchors.verticalCenter: seal.verticalCenter

        BodyText {
            objectName: "title"
            width: parent.width
            text: root.title
            strong: true
            lineHeight: Math.round(size * 1.26)
            wrapMode: Text.NoWrap
            elide: Text.ElideRight
            Accessible.role: Accessible.Heading
        }

        BodyText {
            objectName: "subtitle"
            width: parent.width
            text: root.subtitle
            size: Theme.sizeMin
            secondary: true
            lineHeight: Math.round(size * 1.4)
            wrapMode: Text.NoWrap
            elide: Text.ElideRight
            visible: text !== ""
        }
    }

    ModeButton {
        id: mode

        objectName: "largeButton"
        anchors.right: parent.right
        anchors.rightMargin: Theme.edge
        anchors.verticalCenter: seal.verticalCenter
        visible: text !== ""
        text: root.largeText
        on: Theme.large
        onActivated: root.largeToggled()
    }

    Rectangle {
        anchors.bottom: parent.bottom
        width: parent.width
        height: Theme.borderCard
        color: Theme.line
    }
}
