"""What pages say to their readers in whole sentences: please subscribe, we use cookies, all rights reserved.

Patterns alone, and those that tell such a sentence from a report about the same things; how they are applied is
`index/kinds.py`. Phrases are written as in `index/furniture.py`, which has the labels and headings. Try
`ASKING.fullmatch("Never miss a story: sign up for our newsletter.")`.
"""

from __future__ import annotations

import re

from index.furniture import SITE, phrases

_LETTERS = r"(newsletters?|inbox|by e-?mail|subscri\w+|sign up|log in|our (app|channel|journalism|reporting|community))"

# A sentence that asks for the reader's address, money or consent instead of telling something.
ASKING = phrases(
    rf"""
    (get|sign up|subscribe|join|register|receive|try)\b.*\b{_LETTERS}.*
    (want|like|liked|enjoy(ed|ing)?)\b[^.]*[?].*\b{_LETTERS}.*
    (enter|support|stay)\b(?=.*\b(your|our)\b).*\b{_LETTERS}.*
    (never|don't) miss\b.*\b{_LETTERS}.*
    (download|get) (our|the)…\bapp( (on|for|from|to|and|now|today|in|via)\b.*)?
    (follow|like|join) us (on|at) (our|{SITE})\b.*
    you('re| are)( currently)? (receiving|subscribed|reading)\b.*
    you (received|have received|get) this( weekly| daily)? (e-?mail|message|newsletter|because)\b.*
    you have # (free )?(articles?|stories).*
    (if )?you (no longer wish|can unsubscribe)\b.*
    (.* )?was this\b.*\bforwarded to you\b.*
    (we|this site|this website|our site) (use|uses)( \w+){{0,2}} cookies\b.*
    we and our (# )?partners\b.*
    by (continuing|clicking|signing up|subscribing|using this)\b.*\b(agree|accept|consent|terms|confirm)\b.*
    ((to|for|please|want|why not)\b.*)?\b(sign up|subscribe|click|read more|join|register) (here|now|today)
    .*\b(you|your|our|us)\b.*\b(sign up|subscribe|click|read more|join|register) (here|now|today)
    .*\b(delivered|straight|directly) (in)?to your\b.*
    (delivered|sent) (weekly|daily|every)\b.*
    .*\bin your inbox
    your (e-?mail|email) address will not be published.*
    required fields.*
    this (article|story|content|page) is (for|only|available|free|reserved).*\b(subscribers|members)\b.*
    thank(s| you) for (reading|subscribing|signing up).*
    (please )?(support|help) (us|our).*\b(donat|journalis|member|subscri)\w*.*
    no (spam|thanks)([,.;:!–—-].*)?
    for more (on|news|stories|information|coverage)\b.*\b(visit|follow|see|go to|click|sign up|read)\b.*
    (got|have) (a |any )?(tip|news tip|feedback|story|question|comment)s?\b.*\b(us|our|reply|newsroom|e-?mail)\b.*
    know someone who\b.*
    tell a friend( about\b.*)?
    (reply to|forward) (this|it)( (e-?mail|message|newsletter|to)\b.*)?
    (was diese|cette|esta) .*\bnewsletter\b.*
    (please )?(enable|turn on) javascript\b.*
    your browser does not support.*
    this site is protected by.*
    (registered|incorporated) in [a-z ]{{2,30}},? (no|number|company)\b.*
    (cet article est|dieser artikel ist|este artículo es) (réservé|nur|solo|exclusivo)\b.*
    (read|see|get) (the full|our full|more of our)\b.*\b(here|coverage)
    """
)

# How a notice of any length begins, for consent or about rights; to be used with `match`.
NOTICE = phrases(
    r"""
    we( and our (# )?partners)? (use|store)( and/or access)?\b.{0,60}\b(cookies|information on)\b
    (this|our) (site|website) uses cookies
    by (clicking|continuing to (use|browse)|signing up|subscribing),? .{0,80}\b(agree|accept|consent|terms)\b
    you('re| are) receiving this\b
    you (received|have received) this (e-?mail|newsletter|message)\b
    (©|\(c\) ?\d{4}|copyright( (©|\(c\)|by|#))+)
    (reproduction|republication|distribution) .{0,60}without\b.{0,40}\b(permission|consent)\b
    """,
    tail="",
)

SIGN_UP = re.compile(r"newsletter|subscribe|sign up|e-?mail|inbox|abonn", re.IGNORECASE)

# A longer paragraph with two of these things, in this voice and without a report's, is a notice of the page.
NOTICE_THINGS = re.compile(
    r"cookies|partners|consent|privacy policy|personal data|registered (?:in|office)|company number|rights reserved"
    r"|trading name|newsletters?|(?:un)?subscri\w+|terms (?:of (?:use|service)|and conditions)|republish|reproduc\w+"
    r"|advertising|third parties|mailing list|permission|inbox|log in|donat\w+|member(?:ship)?s?\b|support our",
    re.IGNORECASE,
)
NOTICE_VOICE = re.compile(r"\b(?:we|our|us|you|your|registered|reserved|trading)\b", re.IGNORECASE)
REPORTING = re.compile(r"[\"“”«»]|\b(?:said|says|told|according|announced|added)\b", re.IGNORECASE)

# What is said of somebody is told, not asked of the reader.
TOLD = re.compile(r"\b(?:said|says|told|he|she|they)\b", re.IGNORECASE)

# Furniture that ends in a full stop speaks to the reader, or of the page; else it is the article's sentence.
ADDRESS = re.compile(
    r"\b(?:you\w*|we|us|our|this|here|now|today|stor(?:y|ies)|articles?|comments?|rights|copyright|e-?mail|cookies|min\w*)\b"
    r"|\b(?:continue|advertisement|sign|log|subscribe|loading|share|updated|published|company|no|number|office)\b|[©#@|:]",
    re.IGNORECASE,
)
