"""What no machine may guess about."""


class NeedsOperator(Exception):
    """Two histories contradict each other, or a mistake of ours would be made public: whoever
    meets this stops and says why, and goes on trying until a person has looked."""
