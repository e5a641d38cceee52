"""How a follow-up points at earlier turns: the rules behind `qa/followup.py`."""
