pragma ComponentBehavior: Bound

import QtQuick
import Hall.Components

// Who helps: where, by telephone, and when.
Card {
    id: root

    required property string deskLabel
    required property string desk
    required property string telephoneLabel
    required property string telephone
    required property string hoursLabel
    required property string hours

    readonly property bool tight: Theme.large && Theme.landscape

    padding: Theme.padCard
    spacing: tight ? Theme.gapTight : Theme.gap

    LabelledLine {
        objectName: "desk"
        width: parent.width
        size: root.tight ? Theme.sizeText : Theme.sizeSub
        label: root.deskLabel
        value: root.desk
    }

    LabelledLine {
        objectName: "telephone"
        width: parent.width
        size: root.tight ? Theme.sizeText : Theme.sizeSub
        label: root.telephoneLabel
        value: root.telephone
    }

    LabelledLine {
        objectName: "hours"
        width: parent.width
        size: Theme.large ? Theme.sizeSecondary : Theme.sizeText
        label: root.hoursLabel
        value: root.hours
        strong: false
    }
}
