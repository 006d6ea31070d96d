pragma ComponentBehavior: Bound

import QtQuick
import Hall.Components
import Hall.ViewModels

// The five levels; one may leave without.
Column {
    id: root

    required property DoneViewModel viewModel

    spacing: Theme.gapTight

    Item {
        width: parent.width
        height: question.height

        SubHeading {
            id: question

            objectName: "ratingHeading"
            anchors.left: parent.left
            anchors.right: note.left
            text: root.viewModel.ratingHeading
        }

        BodyText {
            id: note

            objectName: "ratingNote"
            anchors.right: parent.right
            anchors.baseline: question.baseline
            text: root.viewModel.ratingNote
            size: Theme.sizeSecondary
            secondary: true
            wrapMode: Text.NoWrap
        }
    }

    RatingRow {
        width: parent.width
        enabled: root.viewModel.ratingOpen
        levels: root.viewModel.levels
        chosen: root.viewModel.chosenLevel === 0 ? -1 : levels.length - root.viewModel.chosenLevel
        onRated: index => root.viewModel.rate(root.viewModel.levels.length - index)
    }
}
