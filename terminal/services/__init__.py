"""Each device in its thread: effects become calls of its port, and outcomes become events.

A service tells `report(event, visit)`; `visit` is the number of the visit that asked, or None for news that
concerns whoever stands here now.
"""
