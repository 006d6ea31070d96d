pragma ComponentBehavior: Bound

import QtQuick

// Every page: the bar above, what to do, what one does, the bar below. In landscape the instruction and `aside` stand on
// the left, the content on the right; in portrait `aside` stands at the foot, or under the heading with `asideFirst`.
Rectangle {
    id: root

    property string title: Surroundings.title
    property string subtitle: Surroundings.subtitle
    property string heading: ""
    property string lead: ""
    // "" for a plain heading; "good", "attention", "fault" or "kept" for one with a mark
    property string tone: ""
    property string toneIcon: ""
    property int step: Surroundings.step
    property int steps: Surroundings.steps
    property string backText: Surroundings.backText
    property string backIcon: backText === Surroundings.backText ? "back" : ""
    property string helpText: Surroundings.helpText
    property string primaryText: ""
    property string primaryReason: ""
    property string otherText: ""
    property string otherIcon: ""
    property string sideText: ""
    property string sideIcon: ""
    property string sideReason: ""
    property string simulatedNotice: Surroundings.simulatedNotice
    property bool asideFirst: false
    default property alias content: contentArea.data
    property alias aside: asideArea.data
    readonly property alias contentItem: contentArea
    readonly property real columnWidth: Theme.landscape ? (width - 2 * Theme.edge - Theme.gapSection) / 2 : width - 2 * Theme.edge

    signal back
    signal help
    signal primary
    signal other
    signal side

    readonly property bool stepped: steps > 0
    readonly property real mainTop: header.y + header.height
    readonly property real firstLine: Theme.landscape ? mainTop + (stepped ? Theme.du(80) : Theme.gapWide) : mainTop + Theme.headingTop
    readonly property real lastLine: bar.y - (Theme.landscape ? Theme.gapWide : Theme.edge)
    readonly property real underHeading: words.y + words.height + (Theme.landscape ? Theme.gap : Theme.gapWide)
    readonly property bool hasAside: asideArea.height > 0

    color: Theme.ground

    SimulatedStrip {
        id: strip

        objectName: "simulated"
        width: parent.width
        text: root.simulatedNotice
    }

    HeaderBar {
        id: header

        objectName: "header"
        y: strip.height
        width: parent.width
        title: root.title
        subtitle: root.subtitle
        onLargeToggled: Surroundings.largeToggled()
    }

    StepProgress {
        objectName: "steps"
        x: Theme.edge
        y: root.mainTop + Theme.du(Theme.landscape ? 32 : 40)
        width: parent.width - 2 * Theme.edge
        visible: root.stepped
        step: root.step
        steps: root.steps
    }

    Item {
        id: words

        x: Theme.edge
        y: root.firstLine
        width: root.columnWidth
        height: root.tone === "" ? plain.implicitHeight : marked.implicitHeight

        PageHeading {
            id: plain

            width: parent.width
            // Beside the first field of the right column.
            leading: Theme.landscape && !root.stepped ? Theme.buttonHeight : Theme.leadingHeading
            visible: root.tone === ""
            heading: root.tone === "" ? root.heading : ""
            lead: root.tone === "" ? root.lead : ""
        }

        StateHeading {
            id: marked

            width: parent.width
            visible: root.tone !== ""
            tone: root.tone
            iconName: root.toneIcon
            heading: root.tone === "" ? "" : root.heading
            lead: root.tone === "" ? "" : root.lead
        }
    }

    Item {
        id: contentArea

        objectName: "content"
        x: Theme.landscape ? root.width - Theme.edge - width : Theme.edge
        y: Theme.landscape ? root.firstLine : root.hasAside && root.asideFirst ? asideArea.y + asideArea.height + Theme.gap : root.underHeading
        width: root.columnWidth
        height: (!Theme.landscape && root.hasAside && !root.asideFirst ? asideArea.y - Theme.gap : root.lastLine) - y
    }

    Column {
        id: asideArea

        objectName: "aside"
        x: Theme.edge
        y: root.asideFirst ? root.underHeading : root.lastLine - height
        width: root.columnWidth
        spacing: Theme.gapTight
    }

    ActionBar {
        id: bar

        objectName: "bar"
        y: parent.height - height
        width: parent.width
        backText: root.backText
        backIcon: root.backIcon
        helpText: root.helpText
        primaryText: root.primaryText
        primaryReason: root.primaryReason
        otherText: root.otherText
        otherIcon: root.otherIcon
        sideText: root.sideText
        sideIcon: root.sideIcon
        sideReason: root.sideReason
        onBack: root.back()
        onHelp: {
            root.help();
            Surroundings.helpRequested();
        }
        onPrimary: root.primary()
        onOther: root.other()
        onSide: root.side()
    }
}
