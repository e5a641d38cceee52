"""The promises of qa/ground.py: a true statement passes, each kind of false one fails and says why.

The figures over hundreds of statements are in tests/test_corrupt.py. Try `pytest tests/test_ground.py`.
"""

from __future__ import annotations

import doctest
import importlib
import string
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.claims import words
from qa.claims.facts import sentences
from qa.claims.frames import frames
from qa.claims.marks import plain, quotations
from qa.claims.values import Day, day, nearest, number
from qa.ground import check

RULES = sorted(path.stem for path in Path(words.__file__).parent.glob("[!_]*.py"))
MODULES = ["ground", *(f"claims.{name}" for name in RULES)]


@pytest.mark.parametrize("name", MODULES)
def test_the_worked_examples_are_true(name: str) -> None:
    assert doctest.testmod(importlib.import_module(f"qa.{name}")).failed == 0


WON = ["Marta Oliveira was elected mayor of Porto on Sunday, defeating the incumbent, Rui Tavares, by 1,204 votes."]
SAID = ["“We will not raise fares this year,” said transport minister Pieter de Vries."]
MAY = ["The drug may reduce the risk of malaria in children under five, researchers found."]

FALSE = [
    ("Marta Oliveira was elected mayor of Lisbon on Sunday.", WON, "name: Lisbon"),
    ("Marta Oliveira defeated Rui Tavares by 1,402 votes.", WON, "number: 1,402"),
    ("Marta Oliveira was elected mayor of Porto on Monday.", WON, "date: Monday"),
    ("Rui Tavares defeated Marta Oliveira by 1,204 votes.", WON, "order:"),
    ("Marta Oliveira was defeated by Rui Tavares.", WON, "order:"),
    ("Marta Oliveira was not elected mayor of Porto.", WON, "negation added"),
    ("Pieter de Vries said fares would be raised this year.", SAID, "negation dropped"),
    ("“We will not raise taxes this year,” said Pieter de Vries.", SAID, "quotation:"),
    ("We will not raise fares this year.", ["He paused. " + SAID[0]], "attribution dropped"),
    ("“We will not raise fares this year,” said Marta Oliveira.", [*SAID, *WON], "speaker:"),
    ("The drug reduces the risk of malaria in children under five, researchers found.", MAY, "hedge dropped"),
    ("The drug may increase the risk of malaria, researchers found.", MAY, "word: increase"),
    ("Anything at all.", [], "nothing is cited"),
    ("It is.", WON, "empty"),
]


@pytest.mark.parametrize(("statement", "evidence", "problem"), FALSE)
def test_a_false_statement_fails_and_says_why(statement: str, evidence: list[str], problem: str) -> None:
    found = check(statement, evidence)
    assert not found.ok
    assert any(p.startswith(problem) for p in found.problems), found.problems


TRUE = [
    ("On Sunday Marta Oliveira was elected mayor of Porto.", WON),
    ("Rui Tavares, the incumbent, was defeated by Marta Oliveira.", WON),
    ("“We will not raise fares this year,” Pieter de Vries said.", SAID),
    ("Transport minister Pieter de Vries said that fares would not be raised this year.", SAID),
    ("Researchers found the drug may lower the risk of malaria in children under 5.", MAY),
    ("Ishiba met Rutte for forty-five minutes.", ["Ishiba met Rutte for 45 minutes on Wednesday."]),
    ("It cost 1,500,000 dollars.", ["It cost $1.5 million."]),
    ("The defence ministry cancelled it.", ["The defense ministry canceled it."]),
    ("The EU and the United States agreed on April 9.", ["The European Union and the U.S. agreed on 9 April."]),
]


@pytest.mark.parametrize(("statement", "evidence"), TRUE)
def test_a_true_statement_passes(statement: str, evidence: list[str]) -> None:
    assert check(statement, evidence).problems == ()


OPPOSITE = [
    ("Senator Low voted for the bill.", "Senator Low voted against the bill.", "word: for bill"),
    ("Protesters rallied for the president.", "Protesters rallied against the president.", "word: for"),
    ("The bridge runs over the railway.", "The bridge runs under the railway.", "word: over"),
    ("The river flows into the lake.", "The river flows out of the lake.", "word: into"),
    ("The lights went on.", "The lights went off.", "word: on"),
    ("Lee resigned while the trial went on.", "Lee resigned before the trial went on.", "word: while"),
    ("They stayed because it rained.", "They stayed although it rained.", "word: because"),
    ("Both ministers signed the treaty.", "Either minister signed the treaty.", "word: both"),
    ("The museum is open on Mondays.", "The museum is open except on Mondays.", "negation dropped: except"),
    ("The museum is open on Mondays.", "The museum is open but for Mondays.", "negation dropped: but"),
    ("All members agreed.", "All members other than Kim agreed.", "exception dropped"),
    ("Ten miners were rescued.", "Six of the ten miners were rescued.", "number: Six of"),
    ("The miners were rescued.", "Six of the ten miners were rescued.", "number: Six of"),
    ("The miners were rescued.", "One of the miners was rescued.", "number: One of"),
    ("Ten ships sank.", "Only two of the ten ships sank.", "number: two of"),
    ("Ten miners were rescued.", "Six out of ten miners were rescued.", "number: Six of"),
    ("Kim is the father of Park.", "Park is the father of Kim.", "order: father of Park"),
    ("Kim is the father of Park.", "Kim's father is Park.", "order: father of Park"),
    ("Park's father is Kim.", "Park is the father of Kim.", "order: father of Park"),
    ("Acme is a subsidiary of Globex.", "Globex is a subsidiary of Acme.", "order: subsidiary of Globex"),
    ("The Oder is a tributary of the Elbe.", "The Elbe is a tributary of the Oder.", "order: tributary"),
    ("The town is north of the river.", "The river is north of the town.", "order: north"),
    ("Ana is older than Eva.", "Eva is older than Ana.", "order: older"),
]


@pytest.mark.parametrize(("statement", "evidence", "problem"), OPPOSITE)
def test_what_says_the_opposite_fails(statement: str, evidence: str, problem: str) -> None:
    found = check(statement, [evidence])
    assert any(p.lower().startswith(problem.lower()) for p in found.problems), found.problems
    assert check(evidence, [evidence]).ok


@pytest.mark.parametrize(("statement", "evidence"), [
    ("Senator Low voted for the bill.", "Senator Low voted for the new bill and against the tax."),
    ("Kim is Park's father.", "Kim, the father of Park, left."),
    ("The father of Park is Kim.", "Kim is the father of Park."),
    ("Six miners were rescued.", "Six of the ten miners were rescued."),
    ("The bridge runs over the railway.", "Opened in May, the bridge runs over the old railway and under the road."),
    ("The museum is open on Fridays.", "The museum is open on Fridays, except in May."),
    ("Article 5 of the treaty covers the ships.", "Article 5 of the treaty, signed in May, covers the ships."),
])  # fmt: skip
def test_what_only_looks_like_the_opposite_passes(statement: str, evidence: str) -> None:
    assert check(statement, [evidence]).problems == ()


MET = "Omar Nasser resigned last week after a dispute over spending."
LED = "Samira Haddad has led the charity since 2017."


def test_facts_of_two_sentences_are_not_mixed() -> None:
    assert not check("Samira Haddad resigned last week after a dispute over spending.", [LED, MET]).ok
    assert not check("Samira Haddad has led the charity since 2017 and resigned last week.", [LED, MET]).ok
    assert check("Samira Haddad has led the charity since 2017, and Omar Nasser resigned last week.", [LED, MET]).ok


def test_a_pronoun_takes_its_name_from_an_earlier_sentence() -> None:
    assert check("Samira Haddad opened a shelter in Beirut.", [LED, "She opened a shelter in Beirut."]).ok
    assert not check("Omar Nasser opened a shelter in Beirut.", [LED, "She opened a shelter in Beirut."]).ok
    assert not check("Samira Haddad opened a shelter in Beirut.", ["She opened a shelter in Beirut.", LED]).ok


def test_a_weekday_may_be_stated_as_the_date_it_means() -> None:
    met, meets = ["They met on Wednesday."], ["They will meet on Wednesday."]
    assert check("They met on Wednesday, 9 April 2025.", met, ["2025-04-10"]).ok
    assert not check("They met on Wednesday, 16 April 2025.", met, ["2025-04-10"]).ok
    assert check("They will meet on Wednesday, 16 April 2025.", meets, ["2025-04-10"]).ok
    assert not check("They met on Wednesday, 9 April 2025.", met).ok
    assert not check("They met on Wednesday, 9 April 2025.", met, [""]).ok


def test_nearest_counts_back_and_ahead() -> None:
    wednesday = date(2025, 4, 9)
    assert nearest(3, wednesday) == Day(2025, 4, 9, 3)
    assert nearest(3, wednesday, ahead=True) == Day(2025, 4, 16, 3)


@given(st.integers(0, 999), st.sampled_from(["", "thousand", "million"]))
def test_a_number_is_the_same_in_words_and_in_digits(n: int, scale: str) -> None:
    units = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    small = [*units.split(), "seventeen", "eighteen", "nineteen"]
    tens = "twenty thirty forty fifty sixty seventy eighty ninety".split()

    def spoken(value: int) -> list[str]:
        if value >= 100:
            return [small[value // 100], "hundred", *(["and", *spoken(value % 100)] if value % 100 else [])]
        if value >= 20:
            return [tens[value // 10 - 2], *([small[value % 10]] if value % 10 else [])]
        return [small[value]]

    said = [*spoken(n), *([scale] if scale else [])]
    digits = [str(n), *([scale] if scale else [])]
    found, written = number(said, 0), number(digits, 0)
    assert found is not None
    assert written is not None
    assert (found[0], found[1]) == (written[0], len(said))


@given(st.dates(date(1500, 1, 1), date(2099, 12, 31)))
def test_a_date_is_the_same_in_each_form(when: date) -> None:
    month = when.strftime("%B")
    forms = [
        [str(when.day), month, str(when.year)],
        [month, str(when.day), ",", str(when.year)],
        ["the", f"{when.day}th", "of", month, str(when.year)][1:],
        [when.isoformat()],
        [f"{when.day:02}-{when.month:02}-{when.year}"],
    ]
    for form in forms:
        assert day(form, 0) == (Day(when.year, when.month, when.day), len(form))


NAMES = st.sampled_from(["Ana Reyes", "Tom Brandt", "Kesara Bank", "Norbau", "Lena Okoro"])
VERBS = st.sampled_from(["opened", "sold", "visited", "built", "lost"])
THINGS = st.sampled_from(["the harbour", "a school", "two bridges", "the old mill", "its archive"])
PLACES = st.sampled_from(["in Porto", "near Turku", "in Quito", "outside Lagos"])


@given(NAMES, VERBS, THINGS, PLACES, NAMES, VERBS, THINGS, st.sampled_from([", and ", "; ", ", while ", ", but "]))
def test_each_clause_of_a_sentence_may_stand_alone(
    a: str, v: str, x: str, place: str, b: str, w: str, y: str, joint: str
) -> None:
    evidence = [f"{a} {v} {x} {place}{joint}{b} {w} {y}."]
    for trim in (f"{a} {v} {x} {place}.", f"{a} {v} {x}.", f"{b} {w} {y}.", evidence[0]):
        assert check(trim, evidence).problems == ()


@given(NAMES, VERBS, THINGS, PLACES, st.sampled_from(["said", "claimed", "believes"]))
def test_a_report_may_not_be_stated_as_a_fact(a: str, v: str, x: str, place: str, verb: str) -> None:
    fact = f"{a} {v} {x} {place}"
    assert not check(f"{fact}.", [f"Eva Lund {verb} that {fact}."]).ok
    assert check(f"Eva Lund {verb} that {fact}.", [f"Eva Lund {verb} that {fact} on Monday."]).ok


@given(NAMES, st.sampled_from(["open", "sell", "visit", "rebuild"]), THINGS, PLACES)
def test_a_negation_is_neither_dropped_nor_added(a: str, v: str, x: str, place: str) -> None:
    denied, told = f"{a} did not {v} {x} {place} on Friday.", f"{a} did {v} {x} {place} on Friday."
    assert not check(f"{a} did {v} {x} {place}.", [denied]).ok
    assert not check(f"{a} did not {v} {x} {place}.", [told]).ok
    assert check(f"{a} did not {v} {x}.", [denied]).ok


@given(st.text(max_size=200), st.lists(st.text(max_size=200), max_size=3))
def test_no_text_breaks_the_check(statement: str, evidence: list[str]) -> None:
    found = check(statement, evidence)
    assert 0.0 <= found.coverage <= 1.0
    assert found.ok == (not found.problems)


@given(st.text(alphabet=string.ascii_letters + " .,'\"“”‘’-", max_size=120))
def test_a_quotation_is_a_piece_of_its_text(text: str) -> None:
    assert all(piece in plain(text) for piece in quotations(text))


@given(
    st.lists(st.sampled_from(["Ana left.", "He said “no.”", "It cost $5.", "“Go,” she said."]), min_size=1, max_size=4)
)
def test_every_sentence_of_the_evidence_passes_as_it_stands(pieces: list[str]) -> None:
    text = " ".join(pieces)
    for frame in frames(text):
        assert check(frame.sentence.text, [text]).ok


def test_quotation_marks_of_any_form_and_direction_are_read() -> None:
    assert quotations("She called it ”a shared priority.”") == ("a shared priority.",)
    assert quotations("'It is staggering,' he said of China's navy") == ("It is staggering,",)
    assert quotations('the end of one," he said. "The next') == ("the end of one,", "The next")
    assert [
        t.quoted for t in sentences("He called it “a ‘great’ day” then.")[0].tokens if t.text in ("great", "then")
    ] == [
        True,
        False,
    ]


def test_no_word_has_two_meanings_in_the_lists() -> None:
    seen: dict[str, str] = {}
    for line in words.LISTS["same"]:
        for word in line.split():
            assert seen.setdefault(words.fold(word), line) == line, word


def test_a_name_has_no_endings_to_fold() -> None:
    assert not check("Mr Roberts left.", ["Mr Robert left."]).ok
    assert not check("The bank hired Eva Banks.", ["The bank hired Eva Bank."]).ok
