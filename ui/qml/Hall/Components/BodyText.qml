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
    // Words that wrap do so after a mark, or else in even lines: no last line is left with a character or two.
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
            needed = Math.max(needed, lines > 1 ? (lines === 2 && afterMark(line, room)) || length / lines + 1.5 * size : length + 1);
        }
        return wraps ? Math.max(0, Math.floor(room - needed)) : 0;
    }

    // How wide the first of two lines is that ends with a mark and is the longer one; 0 where there is none.
    function afterMark(line: string, room: real): real {
        for (let at = line.length - 1; at > 0; at--) {
            if (!"，。；：、".includes(line[at - 1]))
                continue;
            const first = metrics.advanceWidth(line.slice(0, at));
            if (first <= room - 1 && line.length - at > 2 && first >= metrics.advanceWidth(line.slice(at)))
                return Math.ceil(first) + 1;
        }
        return 0;
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
    rightPadding: balanced && width > 0 && metrics.height > 0 ? spare(text, width - leftPadding) : 0
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
