pragma ComponentBehavior: Bound

import QtQuick

BodyText {
    id: root

    size: Theme.sizeSub
    font.family: Theme.fontHeading
    font.weight: Theme.weightHeading
    leftPadding: -Theme.du(2)
    Accessible.role: Accessible.Heading
}
