"""The terminal's end of the wire: drains the outbox to the gateway, and fetches what the gateway has for it."""
