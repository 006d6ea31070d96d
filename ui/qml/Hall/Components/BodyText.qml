pragma ComponentBehavior: Bound

import QtQuick

// Text in the text face: line height fixed, digits tabular, wrapped where its width is set.
Text {
    id: root

    property real size: Theme.sizeText
    property bool strong: false
    property bool secondary: false
    // Off where the part around it already says the words.
    property bool spoken: true
    // Lines that wrap share the words evenly, so that no last line is left with a character or two.
    property bool balanced: false
    // Qt puts what a fixed line height adds below the line and never takes from the last: put half of it on either side.
    readonly property real halfLeading: (lineHeight - Math.ceil(metrics.height)) / 2

    function spare(words: string, room: real): real {
        let needed = 0;
        let wraps = false;
        for (const line of words.split("\n")) {
            const length = metrics.advanceWidth(line);
            const lines = Math.ceil(length / room);
            wraps = wraps || lines > 1;
            needed = Math.max(needed, lines > 1 ? length / lines + 1.5 * size : length + 1);
        }
        return wraps ? Math.max(0, Math.floor(room - needed)) : 0;
    }

    color: secondary ? Theme.inkSecondary : Theme.ink
    font.family: Theme.fontText
    font.weight: strong ? Theme.weightStrong : Theme.weightText
    font.pixelSize: size
    font.features: {
        "tnum": 1
    }
    lineHeightMode: Text.FixedHeight
    lineHeight: Math.round(size * Theme.leading)
    topPadding: halfLeading
    bottomPadding: halfLeading < 0 ? halfLeading : -halfLeading
    rightPadding: balanced && width > 0 ? spare(text, width - leftPadding) : 0
    wrapMode: Text.Wrap
    textFormat: Text.PlainText
    renderType: Text.QtRendering
    Accessible.role: Accessible.StaticText
    Accessible.name: text
    Accessible.ignored: !spoken

    FontMetrics {
        id: metrics

        font: root.font
    }
}
