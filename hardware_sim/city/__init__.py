"""A city's platform behind the gateway's webhook: it takes submissions over, and its cases move, honestly or not."""
