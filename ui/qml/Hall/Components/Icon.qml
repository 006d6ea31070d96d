pragma ComponentBehavior: Bound

import QtQuick

// A line drawing of the 48 grid in `icons/`, in any colour; its stroke does not grow with its size.
Image {
    id: root

    property string name: ""
    property color color: Theme.ink
    property real size: Theme.iconSize
    property real stroke: size >= Theme.du(44) ? Theme.strokeIcon : Theme.strokeIconFine

    width: size
    height: size
    sourceSize: Qt.size(size, size)
    source: name === "" ? "" : "image://icon/" + name + "?color=" + color.toString().slice(1) + "&stroke=" + stroke
    Accessible.ignored: true
}
