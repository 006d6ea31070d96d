pragma ComponentBehavior: Bound

import QtQuick

// Back on the left, help beside it, the one primary button on the right; or `halves` on the entry page.
Item {
    id: root

    property string backText: ""
    property string backIcon: "back"
    property string helpText: ""
    property string primaryText: ""
    property string primaryReason: ""
    // A second half beside help, as on the entry page.
    property string otherText: ""
    property string otherIcon: ""
    // In landscape, where the bar has room between help and the primary button.
    property string sideText: ""
    property string sideIcon: ""
    property string sideReason: ""

    readonly property bool halves: otherText !== ""
    readonly property real inner: width - 2 * Theme.edge
    readonly property real halfGap: Theme.landscape ? Theme.gapSection : Theme.gap

    signal back
    signal help
    signal primary
    signal other
    signal side

    implicitHeight: Theme.barHeight

    Rectangle {
        width: parent.width
        height: Theme.borderCard
        color: Theme.line
    }

    SecondaryButton {
        id: backButton

        objectName: "backButton"
        x: Theme.edge
        anchors.verticalCenter: parent.verticalCenter
        anchors.verticalCenterOffset: Theme.borderCard / 2
        width: Math.max(Theme.barBack, implicitWidth)
        pad: Theme.du(16)
        visible: text !== "" && !root.halves
        text: root.backText
        iconName: Theme.large ? "" : root.backIcon
        onActivated: root.back()
    }

    SecondaryButton {
        id: helpButton

        objectName: "helpButton"
        x: backButton.visible ? backButton.x + backButton.width + Theme.barGap : Theme.edge
        anchors.verticalCenter: backButton.verticalCenter
        width: root.halves ? (root.inner - root.halfGap) / 2 : Math.max(Theme.barHelp, implicitWidth)
        pad: Theme.du(16)
        visible: text !== ""
        text: root.helpText
        iconName: Theme.large ? "" : "help"
        onActivated: root.help()
    }

    SecondaryButton {
        objectName: "otherButton"
        anchors.right: parent.right
        anchors.rightMargin: Theme.edge
        anchors.verticalCenter: backButton.verticalCenter
        width: (root.inner - root.halfGap) / 2
        visible: root.halves
        text: root.otherText
        iconName: Theme.large ? "" : root.otherIcon
        onActivated: root.other()
    }

    SecondaryButton {
        objectName: "sideButton"
        x: helpButton.x + helpButton.width + Theme.barGap
        anchors.verticalCenter: backButton.verticalCenter
        width: Theme.edge + (root.inner - Theme.gapSection) / 2 - x
        pad: Theme.du(16)
        visible: Theme.landscape && text !== ""
        text: root.sideText
        iconName: Theme.large ? "" : root.sideIcon
        disabledReason: root.sideReason
        onActivated: root.side()
    }

    PrimaryButton {
        objectName: "primaryButton"
        anchors.right: parent.right
        anchors.rightMargin: Theme.edge
        anchors.verticalCenter: backButton.verticalCenter
        width: Theme.landscape ? (root.inner - Theme.gapSection) / 2 : root.width - Theme.edge - x0
        visible: text !== "" && !root.halves
        text: root.primaryText
        disabledReason: root.primaryReason
        onActivated: root.primary()

        readonly property real x0: helpButton.visible ? helpButton.x + helpButton.width + Theme.barGap : backButton.visible ? helpButton.x : Theme.edge
    }
}
