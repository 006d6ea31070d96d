pragma ComponentBehavior: Bound

import QtQuick

// One answer: its label, its value, where it comes from, and what one can do about it. With `masked` the action uncovers
// the number unless `uncovers` is off. In large mode the label stands above the value. The tag stands after the value;
// where there is no room, after the label above it, or else under the value.
CardRow {
    id: root

    property string value: ""
    property string masked: ""
    property bool uncovers: masked !== ""
    property string source: ""
    property string sourceIcon: "card"
    property real labelWidth: Theme.du(Theme.landscape ? 172 : 264)
    readonly property bool stacked: Theme.large
    readonly property alias uncovered: number.uncovered

    contentHeight: words.height
    onActivated: {
        if (uncovers)
            number.uncover();
    }

    Item {
        id: words

        width: parent.width
        height: root.stacked ? label.implicitHeight + value.height : Math.max(label.implicitHeight, value.height)
        anchors.verticalCenter: parent.verticalCenter
        anchors.verticalCenterOffset: -Theme.rise(Theme.sizeText)

        BodyText {
            id: label

            objectName: "label"
            width: root.stacked ? Math.min(implicitWidth + 1, parent.width) : root.labelWidth
            anchors.top: parent.top
            text: root.label
            size: root.stacked ? Theme.sizeSecondary : Theme.sizeText
            secondary: true
        }

        Item {
            id: value

            x: root.stacked ? 0 : root.labelWidth + Theme.du(20)
            y: root.stacked ? label.implicitHeight : 0
            width: parent.width - x
            height: Math.max(plain.visible ? plain.implicitHeight : 0, number.visible ? number.height : 0) + (tag.below ? tag.height + Theme.du(6) : 0)

            BodyText {
                id: plain

                objectName: "value"
                width: Math.min(implicitWidth + 1, parent.width)
                visible: root.masked === ""
                text: root.value
                strong: true
            }

            MaskedNumber {
                id: number

                objectName: "number"
                visible: root.masked !== ""
                masked: root.masked
                plain: root.value
            }

            SourceTag {
                id: tag

                readonly property real before: root.masked === "" ? plain.width : number.width
                readonly property bool beside: before + Theme.du(18) + width <= value.width
                readonly property bool above: visible && !beside && root.stacked
                readonly property bool below: visible && !beside && !root.stacked
                readonly property real middle: Math.round((Theme.sizeText * Theme.leading - height) / 2)

                objectName: "source"
                visible: root.source !== ""
                x: above ? label.width + Theme.du(18) : below ? 0 : before + Theme.du(18)
                y: above ? Math.round((label.height - height) / 2) - label.height : below ? value.height - height : middle
                text: root.source
                iconName: root.sourceIcon
            }
        }
    }
}
