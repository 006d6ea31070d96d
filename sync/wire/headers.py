"""Headers that are this wire's own, beside the signature's."""

LIFE_HEADER = "Hall-Life"  # of a commit: the life of the gateway, one from each start on, that it was announced to
