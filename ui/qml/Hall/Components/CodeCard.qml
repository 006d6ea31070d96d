pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Shapes

// What one takes a picture of with one's phone: numbers and their code on white, between blue corners.
Rectangle {
    id: root

    property string heading: ""
    // [{label, value}, ...]
    property var numbers: []
    property string payload: ""
    readonly property real under: title.y + title.height + Theme.du(20)

    implicitHeight: Math.max(left.y + left.height, code.y + code.height) + Theme.gapWide
    radius: Theme.radiusCard
    color: Theme.paper

    Shape {
        anchors.fill: parent

        ShapePath {
            strokeColor: Theme.highContrast ? "#0E5484" : Theme.primary
            strokeWidth: Theme.du(8)
            fillColor: "transparent"

            PathSvg {
                readonly property real e: Theme.du(4)
                readonly property real a: Theme.du(84)
                readonly property real r: Theme.du(20)
                readonly property real w: root.width
                readonly property real h: root.height

                path: `M${e} ${a}V${e + r}A${r} ${r} 0 0 1 ${e + r} ${e}H${a}` + `M${w - a} ${e}H${w - e - r}A${r} ${r} 0 0 1 ${w - e} ${e + r}V${a}` + `M${w - e} ${h - a}V${h - e - r}A${r} ${r} 0 0 1 ${w - e - r} ${h - e}H${w - a}` + `M${a} ${h - e}H${e + r}A${r} ${r} 0 0 1 ${e} ${h - e - r}V${h - a}`
            }
        }
    }

    Row {
        id: title

        x: Theme.padCard
        y: Theme.padCard
        spacing: Theme.du(18)

        Icon {
            id: camera

            anchors.verticalCenter: parent.verticalCenter
            name: "camera"
            color: Theme.paperInk
        }

        SubHeading {
            objectName: "codeHeading"
            width: Math.min(Math.ceil(implicitWidth), root.width - title.x - Theme.padCard - camera.width - title.spacing)
            text: root.heading
            wrapMode: Text.NoWrap
            fontSizeMode: Text.HorizontalFit
            minimumPixelSize: Theme.sizeMin
            color: Theme.paperInk
        }
    }

    Column {
        id: left

        x: Theme.padCard
        y: Theme.large ? root.under : root.under + Math.max(0, (code.height - height) / 2)
        spacing: Theme.du(20)

        Repeater {
            model: root.numbers

            LabelledNumber {
                required property var modelData

                label: modelData.label
                value: modelData.value
                color: Theme.paperInk
                labelColor: "#3B4E63"
            }
        }
    }

    QrCode {
        id: code

        anchors.right: parent.right
        anchors.rightMargin: Theme.gapSection
        y: Theme.large ? root.under + left.height + Theme.gap : root.under
        size: Theme.du(290)
        quiet: 0
        payload: root.payload
    }
}
