pragma ComponentBehavior: Bound

import QtQuick

// What every button, row and key is made of. A touch counts when it begins and ends here, shows at once, and a second
// one within `repeatMs` of the first is ignored. A reason why not keeps it in its place, focusable and readable.
Item {
    id: root

    property string text: ""
    property string disabledReason: ""
    property int role: Accessible.Button
    property int repeatMs: 500
    // The target may be larger than what is drawn; two targets stay 4 mm apart.
    property real grow: 0
    property real radius: Theme.radiusButton
    property real borderWidth: Theme.borderControl
    property color fill: Theme.surface
    property color edge: Theme.controlBorder
    property color touchedFill: Theme.well
    property color touchedEdge: Theme.primary
    property bool ringInside: false
    default property alias content: face.data
    readonly property bool blocked: disabledReason !== ""
    readonly property bool pressed: tap.pressed && !tap.repeated && !blocked
    readonly property alias resting: rest.running

    signal activated
    signal refused

    function activate() {
        if (rest.running)
            return;
        rest.restart();
        if (blocked)
            refused();
        else
            activated();
    }

    activeFocusOnTab: true
    Accessible.role: root.role
    Accessible.name: blocked ? text + " " + disabledReason : text
    Accessible.focusable: true
    Accessible.onPressAction: activate()
    Keys.onReturnPressed: event => {
        if (!event.isAutoRepeat)
            activate();
    }
    Keys.onEnterPressed: event => {
        if (!event.isAutoRepeat)
            activate();
    }
    Keys.onSpacePressed: event => {
        if (!event.isAutoRepeat)
            activate();
    }

    Timer {
        id: rest

        interval: root.repeatMs
    }

    Rectangle {
        readonly property real out: root.ringInside ? -Theme.du(6) : Theme.du(10)

        visible: root.activeFocus
        anchors.fill: parent
        anchors.margins: -out
        radius: Math.max(0, root.radius + out)
        color: Theme.focusGap
        border.color: Theme.focus
        border.width: Theme.du(6)
        z: root.ringInside ? 1 : 0
        Binding on color {
            when: root.ringInside
            value: "transparent"
        }
    }

    Rectangle {
        id: face

        anchors.fill: parent
        radius: root.radius
        color: root.blocked ? Theme.well : root.pressed ? root.touchedFill : root.fill
        border.width: root.borderWidth
        border.color: root.pressed ? root.touchedEdge : root.edge

        Behavior on color {
            enabled: !root.pressed && Theme.transitionMs > 0

            ColorAnimation {
                duration: Theme.transitionMs
                easing.type: Easing.OutCubic
            }
        }
    }

    TapHandler {
        id: tap

        property bool repeated: false

        margin: root.grow
        gesturePolicy: TapHandler.ReleaseWithinBounds
        // However long an unsure finger rests, it is one touch.
        longPressThreshold: 0
        onPressedChanged: {
            if (pressed)
                repeated = rest.running;
        }
        onTapped: {
            if (!repeated)
                root.activate();
        }
    }
}
