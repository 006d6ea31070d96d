pragma ComponentBehavior: Bound

import QtQuick

// How it went, as a mark and in words.
Item {
    id: root

    property string tone: ""
    property string iconName: ""
    property alias heading: words.heading
    property alias lead: words.lead

    implicitHeight: Math.max(mark.y + mark.height, words.implicitHeight)

    StateMark {
        id: mark

        y: Math.max(0, (Theme.leadingHeading - height) / 2)
        tone: root.tone
        Binding on iconName {
            when: root.iconName !== ""
            value: root.iconName
        }
    }

    PageHeading {
        id: words

        anchors.left: mark.right
        anchors.leftMargin: Theme.gap
        anchors.right: parent.right
    }
}
