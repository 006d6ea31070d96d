pragma ComponentBehavior: Bound

import QtQuick
import Hall.Components
import Hall.ViewModels

// Sign with a finger, or find another way.
PageFrame {
    id: root

    objectName: "signPage"

    required property SignViewModel viewModel

    property bool signed: false

    // A dot is no signature.
    function look() {
        signed = pad.strokes.some(stroke => stroke.length > 1);
    }

    heading: viewModel.heading
    lead: viewModel.lead
    primaryText: viewModel.submitLabel
    primaryReason: signed ? "" : viewModel.emptyReason
    onBack: viewModel.goBack()
    onPrimary: viewModel.sign(pad.strokes)

    aside: [
        Item {
            width: root.columnWidth
            height: Math.max(words.height, other.height)

            Column {
                id: words

                anchors.left: parent.left
                anchors.right: other.left
                anchors.rightMargin: Theme.gap
                anchors.verticalCenter: parent.verticalCenter

                BodyText {
                    width: parent.width
                    text: root.viewModel.otherHeading
                    strong: true
                }

                BodyText {
                    width: parent.width
                    balanced: true
                    text: root.viewModel.otherLead
                    size: Theme.sizeSecondary
                    secondary: true
                }
            }

            SecondaryButton {
                id: other

                objectName: "otherWayButton"
                anchors.right: parent.right
                anchors.verticalCenter: parent.verticalCenter
                width: Math.max(Theme.du(260), implicitWidth)
                text: root.viewModel.otherLabel
                onActivated: root.viewModel.otherWay()
            }
        }
    ]

    SignaturePad {
        id: pad

        objectName: "signaturePad"
        width: parent.width
        height: Theme.landscape ? parent.height : Math.min(parent.height, implicitHeight)
        who: root.viewModel.signer
        redoText: root.viewModel.clearLabel
        onStrokeEnded: root.look()
        onStrokesChanged: root.look()
    }
}
