"""How people open, correct, return and go on in a conversation: the patterns that qa/followup.py's rules look for.

Each pattern stands under an example of what it finds. Nothing here knows what the conversation is about.
Try `small_talk("great, thanks!")`.
"""

from __future__ import annotations

import re

from index.fold import words
from qa.turns.grammar import PREPOSITIONS

_SMALL_TALK = frozenset(
    """thanks thank you thx cheers ok okay great good nice cool fine perfect wonderful excellent awesome right sure yes
    no yep yeah nope hi hello hey bye goodbye got it i see that helps help helped is was very much so a lot for the your
    interesting anyway all lovely makes sense understood done well really ah oh wow alright brilliant appreciated this
    that's s it's""".split()
)


def _pattern(*parts: str) -> re.Pattern[str]:
    return re.compile("".join(parts), re.IGNORECASE)


_SORRY = r"(?:correction|sorry|oops|no|nope|wait|ah|oh|well|actually|hm+|pardon|apologies|my mistake|ok(?:ay)?|but)"
_STOP = r"[\s,.!:;–—-]"
_ASKS = r"(?:who|whose|what|which|when|where|why|how)"
_BEGINS = r"(?:who|whose|what|which|when|where|why|how|is|are|was|were|did|does|do|has|have|will|can)"

# "OK, and where?" "Right. Who signed it?"
OPENER = _pattern(
    rf"^(?:(?:and|but|or|so|also|ok(?:ay)?|plus|please)\b{_STOP}*",
    r"|(?:right|alright|all right|fine|well|then|now|hm+|oh|ah|i see|got it|interesting|great|good|thanks|thank you",
    r"|sorry|actually|yes|no|sure|cool|nice|anyway|by the way|oops|perfect|understood",
    r"|(?:next|new|another|different|one more) (?:question|topic))[,.!:;–—-]+\s*)+",
)
# "And where?"
LINKED = _pattern(r"^(?:and|or|but|so)\b")
# "Sorry, I meant Lee, not Kim." "Not Kim, Lee. Is it hers?"
MEANT = _pattern(
    rf"^(?:{_SORRY}\b{_STOP}*)*(?:[^.,!?]{{1,40}}[.,!]\s+(?=i ))?",
    r"(?:i (?:actually |really |just )?(?:meant?|was (?:thinking|asking|talking) (?:of|about)|am asking about)",
    r"|i'm (?:asking|talking) about|make (?:that|it)|rather|(?:not|no) (?P<old>[^,.]+?)(?:, but|,| but))\s+",
    r"(?P<new>[^.?!]+)[.?!]*(?:\s+(?P<rest>.+))?$",
)
# "No, Lee." "Wait, in May." "Lee, not Kim."
RATHER = _pattern(
    r"^(?:(?:correction|sorry|oops|no|nope|wait|actually)[\s,.:!–—-]+(?P<new>[^.?!]+)",
    r"|(?P<other>[\w' -]{2,40}), (?:not (?P<old>[\w' -]+)|i mean|i meant|rather))[.?!]*(?P<rest>)$",
)
# "Back to the treaty: who signed it?" "About that treaty again, who signed it?" "You mentioned a treaty. Whose?"
BACK = _pattern(
    r"^(?:(?:(?:let's|let us|can we|could we|may we|i want to|i'd like to|to|going|coming|getting|go|come|get|now|so",
    r"|again|jump(?:ing)?|switch(?:ing)?)\s+)*(?:back|return(?:ing)?) to",
    r"|(?:as for|about|on|regarding)(?=.{3,40}\bagain)",
    r"|(?:earlier,? )?you (?:mentioned|talked about|spoke of)(?: earlier)?)\s+",
    r"(?P<topic>.+?)(?: again| earlier)?(?: for a (?:moment|second|minute))?",
    rf"(?:[:.,;–—-]+\s+|\s+(?={_ASKS}\b))(?P<rest>.+)$",
)
# "The treaty, who signed it?" but not "In the treaty, who is named?"
TOPIC = _pattern(
    rf"^(?:as for |about |on |regarding )?(?!(?:{'|'.join(sorted(PREPOSITIONS))}|according|if|when|while|{_BEGINS})\b)",
    rf"(?P<topic>(?:the )?[\w'-]+(?: [\w'-]+){{0,3}}), (?P<rest>(?:\w+ )?{_BEGINS}\b.*",
    r"\b(?:it|its|he|his|him|she|her|they|their|them|there)\b.*)$",
)
# "What about Spain?" "and Spain?"
ABOUT = _pattern(r"^(?:(?:and )?(?:what|how) about|and)\s+(?P<item>.+?)[?. ]*$")
# "anything on fishing?"
ANYTHING = _pattern(r"^(?:anything|something|nothing)(?: else)? (?:about|on|regarding) (?P<item>.+)$")
# "When was that?" "Why did it happen?"
WHEN_WAS_THAT = _pattern(
    r"^(?P<lead>(?:\w+ )?(?:when|where|why|how)) (?:was|is|were|did|does|will|would|has|can|could) (?:(?:that|this|it)",
    r" (?:happen(?:ed)?|take place|occur(?:red)?|the case|so)|(?:that|this)|(?<=when was )it)$",
)
# "Why did they do that?" "Where did she say so?"
WHY_DO_THAT = _pattern(
    r"^(?P<lead>(?:\w+ )?(?:when|where|why|how)) (?:did|does|do|will|would|has|have|had|can|could|should)",
    r" (?:he|she|it|they|we) (?:\w+ )?(?P<verb>\w+) (?:that|this|it|so)$",
)
# "When was that announced?" becomes "When was it announced that ...?"
ANNOUNCED = _pattern(
    r"^(?P<asks>(?:\w+ ){1,3}(?:was|is|were)) (?:that|this) (?P<told>\w+(?:ed|own|aid|old|ade)(?: \w+)*)$"
)
# "Tell me more."
MORE = _pattern(
    r"^(?:(?:can you |could you |please )?(?:tell me more|go on|elaborate|continue|say more|explain)|more|more details",
    r"|anything else|anyone else|any others?|such as|for (?:example|instance)|like what|how so|how come|meaning)",
    r"(?: please)?[.?!]*$",
)
# "How much was stolen?" but not "How much is the fish?"
HOW_MANY_WERE = _pattern(r"^how (?:much|many) (?:was|were|is|are|has|have|had|did|does|do)\b(?! the| an?\b)")
# "Is it true that ...", "Was it raining", "How long does it take": an "it" that stands for nothing.
DUMMY = _pattern(
    r"\bit(?:'s)? (?:is |was )?(?:(?:true|possible|likely|known|clear|settled|said|necessary|important|easy|hard",
    r"|legal)(?= that\b| to\b| for\b| whether\b| if\b| what\b| how\b| who\b| when\b)|says?|rain\w*|snow\w*|take\w*",
    r"|costs? to|like to|cold|hot|late|seem\w*|appear\w*|going to rain|time|that)\b|\b(?:time|day) is it\b",
)


def small_talk(said: str) -> bool:
    """Whether it is only a thank-you or the like.

    >>> small_talk("great, thank you!"), small_talk("Thanks, and where?")
    (True, False)
    """
    return all(word in _SMALL_TALK for word in words(said))
