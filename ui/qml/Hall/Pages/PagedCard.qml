pragma ComponentBehavior: Bound

import QtQuick
import Hall.Components

// Rows in a card, as many as the room holds; what is over stands on the next page. Never a list that must be dragged.
Item {
    id: root

    property string previousText: ""
    property string nextText: ""
    property string firstReason: ""
    property string lastReason: ""
    property int page: 0
    // The pager stands elsewhere on the page and turns this one.
    property bool pagerBeside: false
    default property alias rows: column.data

    readonly property list<int> sorted: sort(column.children)
    readonly property string countText: (page + 1) + " / " + pages
    readonly property string previousBlocked: page === 0 ? firstReason : ""
    readonly property string nextBlocked: page === pages - 1 ? lastReason : ""
    readonly property int pages: sorted.length === 0 ? 1 : sorted[sorted.length - 1] + 1

    // The page of each child. Twice over: the first time without room for the pager.
    function sort(children: var): list<int> {
        const whole = root.height - 2 * Theme.borderCard;
        const all = fill(children, whole);
        return all.length === 0 || all[all.length - 1] === 0 || pagerBeside ? all : fill(children, whole - pager.height - Theme.gap);
    }

    function fill(children: var, room: real): list<int> {
        let page = 0;
        let used = 0;
        const pages = [];
        for (let at = 0; at < children.length; at++) {
            const height = children[at].implicitHeight;
            if (used > 0 && height > 0 && used + height > room) {
                page += 1;
                used = 0;
            }
            used += height;
            pages.push(page);
        }
        return pages;
    }

    function arrange() {
        let above = -1;
        for (let at = 0; at < sorted.length; at++) {
            const row = column.children[at];
            row.visible = sorted[at] === page;
            if (row.visible && row.implicitHeight > 0 && "separated" in row) {
                row.separated = above === page;
                above = page;
            }
        }
    }

    function turn(by: int) {
        page = Math.max(0, Math.min(pages - 1, page + by));
    }

    onPagesChanged: page = 0
    onSortedChanged: arrange()
    onPageChanged: arrange()

    Rectangle {
        width: parent.width
        height: column.height + 2 * Theme.borderCard
        color: Theme.surface
        radius: Theme.radiusCard
        border.width: Theme.borderCard
        border.color: Theme.line

        Column {
            id: column

            x: Theme.borderCard
            y: Theme.borderCard
            width: parent.width - 2 * x
        }
    }

    Pager {
        id: pager

        y: parent.height - height
        width: parent.width
        visible: root.pages > 1 && !root.pagerBeside
        countText: root.countText
        previousReason: root.previousBlocked
        nextReason: root.nextBlocked
        previousText: root.previousText
        nextText: root.nextText
        onPrevious: root.turn(-1)
        onNext: root.turn(1)
    }
}
