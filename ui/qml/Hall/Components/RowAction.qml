pragma ComponentBehavior: Bound

import QtQuick

// The small button in a row. Inside AnswerRow and MaterialRow it only draws: there the whole row answers.
ActionButton {
    small: true
}
