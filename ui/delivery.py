"""What pages say of delivery: a calm line for citizens while the platform is not reached, and a small one for staff."""

from kiosk.delivery import Delivery
from ui.texts import Texts


def offline_line(delivery: Delivery, say: Texts) -> str:
    """Empty while the platform is reached."""
    return say("delivery.offline") if delivery.offline else ""


def staff_lines(delivery: Delivery, say: Texts) -> str:
    """A line each for what waits too long and for what must be looked at; empty where there is neither."""
    lines: list[str] = []
    if overdue := delivery.overdue:
        since = overdue.since.strftime("%H:%M" if overdue.today else "%m-%d %H:%M")
        lines.append(say("delivery.overdue", count=overdue.count, since=since))
    if delivery.aside:
        lines.append(say("delivery.aside", count=delivery.aside))
    return "\n".join(lines)
