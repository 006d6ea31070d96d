pragma Singleton

import QtQuick

// What stands on every page alike, set once by the shell; PageFrame takes its defaults here.
QtObject {
    id: surroundings

    property string title: ""
    property string subtitle: ""
    property int step: 0
    property int steps: 0
    property string sealCharacter: ""
    property string largeText: ""
    property string backText: ""
    property string helpText: ""
    // "" while no device is simulated
    property string simulatedNotice: ""

    signal largeToggled
    signal helpRequested
}
