pragma ComponentBehavior: Bound

import QtQuick

// One of the drawings beside this file, cut to the given box and never distorted.
Image {
    id: root

    property string name: ""

    source: name === "" ? "" : Qt.resolvedUrl("drawings/" + name + ".svg")
    sourceSize.width: width
    fillMode: Image.PreserveAspectCrop
    clip: true
    Accessible.ignored: true
}
