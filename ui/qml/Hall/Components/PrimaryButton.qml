pragma ComponentBehavior: Bound

import QtQuick

// The one thing to do on a page.
ActionButton {
    primary: true
}
