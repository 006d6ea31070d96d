pragma ComponentBehavior: Bound

import QtQuick
import Hall.Components
import Hall.ViewModels

// The page that the shell names, and what lies over it. A page that is left is destroyed.
Rectangle {
    id: root

    objectName: "main"

    required property Shell shell
    required property real pixelsPerMm

    property int entryPauseMs: 300
    readonly property bool covered: shell.helping || shell.warned

    color: Theme.ground

    Binding {
        target: Theme
        property: "pixelsPerMm"
        value: root.pixelsPerMm
    }

    Binding {
        target: Theme
        property: "landscape"
        value: root.width > root.height
    }

    Binding {
        target: Theme
        property: "large"
        value: root.shell.large
    }

    Binding {
        target: Surroundings
        property: "title"
        value: root.shell.title
    }

    Binding {
        target: Surroundings
        property: "subtitle"
        value: root.shell.subtitle
    }

    Binding {
        target: Surroundings
        property: "step"
        value: root.shell.step
    }

    Binding {
        target: Surroundings
        property: "steps"
        value: root.shell.steps
    }

    Binding {
        target: Surroundings
        property: "sealCharacter"
        value: root.shell.sealCharacter
    }

    Binding {
        target: Surroundings
        property: "largeText"
        value: root.shell.largeText
    }

    Binding {
        target: Surroundings
        property: "backText"
        value: root.shell.backText
    }

    Binding {
        target: Surroundings
        property: "helpText"
        value: root.shell.helpText
    }

    Binding {
        target: Surroundings
        property: "simulatedNotice"
        value: root.shell.simulatedNotice
    }

    Connections {
        target: Surroundings

        function onLargeToggled() {
            root.shell.toggleLarge();
            if (root.shell.warned)
                root.shell.timeout.stay();
        }

        function onHelpRequested() {
            root.shell.askHelp();
        }
    }

    Loader {
        id: stage

        objectName: "stage"

        readonly property string file: root.shell.pageFile
        readonly property alias entering: entryPause.running

        anchors.fill: parent
        visible: !root.covered
        // A finger that touches twice must not meet whatever the next page has in that place.
        enabled: !root.covered && !entering

        function enter() {
            setSource(Qt.resolvedUrl(file), {
                "viewModel": root.shell.pageViewModel
            });
        }

        onFileChanged: {
            const first = item === null;
            enter();
            entryPause.restart();
            if (!first)
                appear.restart();
        }

        Timer {
            id: entryPause

            interval: root.entryPauseMs
        }

        NumberAnimation {
            id: appear

            target: stage
            property: "opacity"
            from: 0.4
            to: 1
            duration: Theme.transitionMs
            easing.type: Easing.OutCubic
        }
    }

    Loader {
        objectName: "overlay"
        anchors.fill: parent
        sourceComponent: root.shell.warned ? warning : root.shell.helping ? help : null
    }

    Component {
        id: warning

        TimeoutOverlay {
            viewModel: root.shell.timeout
        }
    }

    Component {
        id: help

        HelpOverlay {
            viewModel: root.shell.help
        }
    }
}
