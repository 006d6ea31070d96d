pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Shapes

// What the camera sees, with red corners where to put the page and blue ones where it was found.
Rectangle {
    id: root

    // image://camera/N, N counting the pictures
    property url source: ""
    // The corners of the page as found, clockwise from the upper left, as fractions of the picture: [{x, y}, ...] or [].
    property var outline: []
    // Where the page should lie, as fractions of the picture; width 0 shows no frame.
    property rect place: Qt.rect(0.08, 0.16, 0.84, 0.68)
    readonly property alias loaded: picture.loaded
    readonly property real arm: Theme.du(64)

    function cornersPath(points: var, arm: real): string {
        let path = "";
        for (let i = 0; i < points.length; i++) {
            const here = points[i];
            const ends = [points[(i + points.length - 1) % points.length], points[(i + 1) % points.length]].map(end => {
                const length = Math.max(1, Math.hypot(end.x - here.x, end.y - here.y));
                const part = Math.min(arm, length / 2) / length;
                return [here.x + (end.x - here.x) * part, here.y + (end.y - here.y) * part];
            });
            path += `M${ends[0][0]} ${ends[0][1]}L${here.x} ${here.y}L${ends[1][0]} ${ends[1][1]}`;
        }
        return path;
    }

    // Under the upper corners of a DevicePanel.
    topLeftRadius: Theme.radiusCard - Theme.borderCard
    topRightRadius: topLeftRadius
    color: Theme.highContrast ? "#E3DDD1" : Theme.line
    clip: true

    Image {
        id: picture

        readonly property bool loaded: status === Image.Ready

        anchors.fill: parent
        source: root.source
        cache: false
        retainWhileLoading: true
        fillMode: Image.PreserveAspectFit
        Accessible.ignored: true
    }

    Shape {
        id: marks

        readonly property real w: picture.loaded ? picture.paintedWidth : root.width
        readonly property real h: picture.loaded ? picture.paintedHeight : root.height
        readonly property var frame: root.place.width === 0 ? [] : [[0, 0], [1, 0], [1, 1], [0, 1]].map(corner => Qt.point((root.place.x + corner[0] * root.place.width) * w, (root.place.y + corner[1] * root.place.height) * h))

        x: (root.width - w) / 2
        y: (root.height - h) / 2
        width: w
        height: h

        ShapePath {
            strokeColor: marks.frame.length > 0 ? "#BF3B2B" : "transparent"
            strokeWidth: Theme.du(5)
            fillColor: "transparent"
            strokeStyle: ShapePath.DashLine
            dashPattern: [0.4, 3.2]
            capStyle: ShapePath.RoundCap

            PathPolyline {
                path: marks.frame.length > 0 ? marks.frame.concat([marks.frame[0]]) : []
            }
        }

        ShapePath {
            strokeColor: "#BF3B2B"
            strokeWidth: Theme.du(9)
            fillColor: "transparent"
            capStyle: ShapePath.RoundCap
            joinStyle: ShapePath.RoundJoin

            PathSvg {
                path: root.cornersPath(marks.frame, root.arm)
            }
        }

        ShapePath {
            strokeColor: "#0E5484"
            strokeWidth: Theme.du(9)
            fillColor: "transparent"
            capStyle: ShapePath.RoundCap
            joinStyle: ShapePath.MiterJoin

            PathSvg {
                path: root.cornersPath(root.outline.map(point => Qt.point(point.x * marks.w, point.y * marks.h)), root.arm)
            }
        }
    }
}
