pragma ComponentBehavior: Bound

import QtQuick

// A code to scan, dark on white in every contrast, with its quiet zone.
Rectangle {
    id: root

    property string payload: ""
    property real size: Theme.du(256)
    property real quiet: Theme.du(34)
    property string spokenText: ""

    implicitWidth: size + 2 * quiet
    implicitHeight: size + 2 * quiet
    radius: Theme.radiusCard
    color: Theme.paper
    Accessible.role: Accessible.Graphic
    Accessible.name: spokenText

    Image {
        anchors.centerIn: parent
        width: root.size
        height: root.size
        visible: root.payload !== ""
        source: root.payload === "" ? "" : "image://qr/" + encodeURIComponent(root.payload).replace(/~/g, "%7E").replace(/%/g, "~")
        sourceSize: Qt.size(root.size, root.size)
        fillMode: Image.Pad
        cache: false
        smooth: false
        Accessible.ignored: true
    }
}
