pragma ComponentBehavior: Bound

import QtQuick
import Hall.Components
import Hall.ViewModels

// Who, what to bring, how long, what it costs: in landscape the second half stands under the heading, or in large type
// the buttons that turn the pages.
PageFrame {
    id: root

    objectName: "guidePage"

    required property GuideViewModel viewModel

    readonly property bool split: Theme.landscape && !Theme.large

    heading: viewModel.heading
    lead: split ? "" : viewModel.offline
    primaryText: viewModel.start
    primaryReason: viewModel.startReason
    onBack: viewModel.goBack()
    sideText: viewModel.pagesLabel
    sideIcon: "printer"
    sideReason: viewModel.pagesBlocked
    onSide: viewModel.printPages()
    onPrimary: viewModel.begin()

    aside: [
        Notice {
            id: offline

            objectName: "offline"
            width: root.columnWidth
            // Home has said it too: where the terms need all the room, they have it.
            visible: root.split && text !== "" && height + Theme.gapTight + terms.height <= root.lastLine - root.underHeading
            iconName: "clock"
            text: root.viewModel.offline
        },
        Card {
            id: terms

            width: root.columnWidth
            visible: root.split

            Repeater {
                model: root.split ? root.viewModel.terms : null

                GuideSection {
                    required property int index

                    width: parent?.width ?? 0
                    separated: index > 0
                }
            }
        },
        Pager {
            width: root.columnWidth
            visible: sections.pagerBeside && sections.pages > 1
            countText: sections.countText
            previousText: root.viewModel.previous
            previousReason: sections.previousBlocked
            nextText: root.viewModel.next
            nextReason: sections.nextBlocked
            onPrevious: sections.turn(-1)
            onNext: sections.turn(1)
        },
        SecondaryButton {
            objectName: "pagesButton"
            width: root.columnWidth
            visible: !Theme.landscape && text !== ""
            small: true
            text: root.viewModel.pagesLabel
            iconName: Theme.large ? "" : "printer"
            disabledReason: root.viewModel.pagesBlocked
            onActivated: root.viewModel.printPages()
        }
    ]

    PagedCard {
        id: sections

        pagerBeside: Theme.landscape && Theme.large
        anchors.fill: parent
        previousText: root.viewModel.previous
        nextText: root.viewModel.next
        firstReason: root.viewModel.first
        lastReason: root.viewModel.last

        Repeater {
            model: root.viewModel.needs

            GuideSection {
                width: parent?.width ?? 0
            }
        }

        Repeater {
            model: root.split ? null : root.viewModel.terms

            GuideSection {
                width: parent?.width ?? 0
            }
        }

        Repeater {
            model: root.viewModel.basis

            GuideSection {
                width: parent?.width ?? 0
            }
        }
    }
}
