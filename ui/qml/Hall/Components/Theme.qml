pragma Singleton

import QtQuick

// Tokens. Sizes are millimetres on the glass; `pixelsPerMm` comes from the profile's screen.
// du() takes drawing units, 3.65 to the millimetre: on a 23.8 inch screen of 1080 x 1920 one unit is one pixel.
QtObject {
    id: theme

    property real pixelsPerMm: 3.65
    property bool large: false
    property bool highContrast: false
    property bool landscape: false
    property bool calm: false

    readonly property real unitsPerMm: 3.65
    readonly property real scale: large ? 1.35 : 1

    // colour
    readonly property color ground: highContrast ? "#0B1016" : "#F5F3EE"
    readonly property color surface: highContrast ? "#0B1016" : "#FFFFFF"
    readonly property color well: highContrast ? "#0B1016" : "#EAF0F4"
    readonly property color line: highContrast ? "#FFFFFF" : "#E3DDD1"
    readonly property color ink: highContrast ? "#FFFFFF" : "#16283A"
    readonly property color inkSecondary: highContrast ? "#FFFFFF" : "#3B4E63"
    readonly property color controlBorder: highContrast ? "#FFFFFF" : "#7B8895"
    readonly property color disabledText: highContrast ? "#FFFFFF" : "#7B8895"
    readonly property color primary: highContrast ? "#FFD75E" : "#0E5484"
    readonly property color primaryInk: highContrast ? "#0B1016" : "#FFFFFF"
    readonly property color link: highContrast ? "#8FD0FF" : "#0E5484"
    readonly property color focus: highContrast ? "#FFD75E" : "#0E5484"
    readonly property color focusGap: highContrast ? "#0B1016" : "#FFFFFF"
    readonly property color good: highContrast ? "#9BE3B4" : "#1F5C3A"
    readonly property color attention: highContrast ? "#FFD75E" : "#74420A"
    readonly property color fault: highContrast ? "#FF9F93" : "#982318"
    readonly property color seal: highContrast ? "#FFFFFF" : "#8F2A1F"
    readonly property color sealInk: highContrast ? "#0B1016" : "#FFFFFF"
    readonly property color sealMark: highContrast ? "#FF9F93" : "#BF3B2B"
    // Paper, codes and photographs keep their own colours in every contrast.
    readonly property color paper: "#FFFFFF"
    readonly property color paperInk: "#16283A"

    // type
    readonly property string fontHeading: "Noto Serif CJK SC"
    readonly property string fontText: "Noto Sans CJK SC"
    readonly property int weightHeading: Font.DemiBold
    readonly property int weightText: Font.Normal
    readonly property int weightStrong: Font.Medium
    readonly property real sizeDisplay: em(134)
    readonly property real sizeHeading: em(67)
    readonly property real sizeSub: em(44)
    readonly property real sizeText: em(38)
    readonly property real sizeSecondary: em(32)
    readonly property real sizeMin: em(30)
    readonly property real leadingHeading: em(88)
    readonly property real leading: 1.5

    // space
    readonly property real edge: du(56)
    readonly property real gap: du(28)
    readonly property real gapTight: du(14)
    readonly property real gapRow: du(16)
    readonly property real gapWide: du(42)
    readonly property real gapSection: du(56)
    readonly property real padCard: du(large ? 40 : 36)

    // shape
    readonly property real radiusCard: du(24)
    readonly property real radiusButton: du(20)
    readonly property real borderCard: du(2)
    readonly property real borderControl: du(3)
    readonly property real strokeIcon: du(4)
    readonly property real strokeIconFine: du(3)
    readonly property real iconSize: du(44)
    readonly property real iconBig: du(72)
    readonly property real iconState: du(48)
    readonly property real iconFine: em(36)

    // measures of parts
    readonly property real headerHeight: du(large ? 160 : 136)
    readonly property real barHeight: du(large ? 200 : 176)
    readonly property real headingTop: du(large ? 96 : 90)
    readonly property real buttonHeight: du(large ? 144 : 120)
    readonly property real rowHeight: du(large ? 177 : 131)
    readonly property real smallTarget: du(large ? 108 : 88)
    readonly property real barBack: du(large ? 172 : 200)
    readonly property real barHelp: du(large ? 256 : 268)
    readonly property real barGap: du(large ? 20 : 28)

    // motion
    readonly property int transitionMs: calm ? 0 : 150

    function mm(millimetres: real): real {
        return Math.round(millimetres * pixelsPerMm);
    }

    function du(units: real): real {
        return Math.round(units * pixelsPerMm / unitsPerMm);
    }

    // Distances stay, type grows in large mode.
    function em(units: real): real {
        return Math.round(units * scale * pixelsPerMm / unitsPerMm);
    }

    // The ink of Noto Sans CJK lies this much under the middle of its line.
    function rise(size: real): real {
        return Math.round(0.08 * size);
    }

    function toneColor(tone: string): color {
        switch (tone) {
        case "good":
            return good;
        case "attention":
            return attention;
        case "fault":
            return fault;
        }
        return ink;
    }
}
