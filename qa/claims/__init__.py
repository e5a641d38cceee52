"""What a statement claims and whether a text says it: the rules behind `qa/ground.py`."""
