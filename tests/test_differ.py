"""Where two articles differ. Pure: no model, no store."""

from __future__ import annotations

import pytest

from qa.differ import differ


@pytest.mark.parametrize(("a", "b", "how"), [
    ("The blast injured 30 workers at the plant.", "At the plant the blast injured 34 workers, police said.", "number"),
    ("The minister agreed to buy the Falke jet.", "The minister is interested in buying the Falke jet.", "settled"),
    ("Ost may sell the Mill Lane bakery.", "Ost will sell the Mill Lane bakery.", "wished"),
    ("The blast injured 30 workers at the plant.", "The blast injured thirty workers at the plant.", ""),
    ("The blast injured 30 workers at the plant.", "The plant has 340 workers and 3 halls.", ""),
    ("Ost will sell the Mill Lane bakery.", "Ost wants to keep the Mill Lane bakery.", ""),
    ("Ost will sell the bakery.", "He wants to sell the car.", ""),
    ("Ost will sell the Mill Lane bakery.", "Ost will sell the Mill Lane bakery in May.", ""),
    ("The Elbe flows through two countries and has a length of 1,094 kilometres.",
     "The Oder flows through three countries and has a length of 840 kilometres.", ""),
    ("Kenya won 11 medals at the Olympic Games in Paris.", "Norway won 8 medals at the Olympic Games in Paris.", ""),
    ("Kenya won 11 medals at the Olympic Games in Paris.", "Kenya won 8 medals at the Olympic Games.", "number"),
    ("In Ost, the fire killed 12 people.", "The fire killed 15 people in Ost, Ann Lee said.", "number"),
    ("Ann Lee said the fire killed 12 people in Ost.", "Bo May said the fire killed 15 people in Ost.", "number"),
    ("Ann Lee opened 12 schools in Ost.", "Lee opened 15 schools in Ost.", "number"),
    ("Ann Lee opened 12 schools in Ost.", "She opened 15 schools last year.", ""),
    ("", "Ost will sell the Mill Lane bakery.", ""),
])  # fmt: skip
def test_what_is_a_difference(a: str, b: str, how: str) -> None:
    other = {"settled": "wished", "wished": "settled"}
    assert differ(a, b) == how and differ(b, a) == other.get(how, how)
