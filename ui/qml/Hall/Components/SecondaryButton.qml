pragma ComponentBehavior: Bound

import QtQuick

// Another way.
ActionButton {}
