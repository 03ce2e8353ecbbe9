"""Doubles of neighbours, held to what the neighbours say.

The unit tests of a service play the others with doubles of its ports. Each file here states
facts of one service's ports and runs them twice: against the double, and against the real
adapter, asking the real neighbour over the real wire (``in_process``), all but the broker.
"""
