pragma ComponentBehavior: Bound

import QtQuick

// What to do now, and below it why.
Column {
    id: root

    property string heading: ""
    property string lead: ""
    property real leading: Theme.leadingHeading

    BodyText {
        objectName: "heading"
        x: -Theme.du(2)
        width: root.width
        balanced: true
        text: root.heading
        size: Theme.sizeHeading
        lineHeight: root.leading
        font.family: Theme.fontHeading
        font.weight: Theme.weightHeading
        Accessible.role: Accessible.Heading
    }

    Item {
        width: 1
        height: Theme.gapTight
        visible: root.lead !== ""
    }

    BodyText {
        objectName: "lead"
        width: root.width
        balanced: true
        visible: root.lead !== ""
        text: root.lead
        secondary: true
    }
}
