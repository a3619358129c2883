"""Questions in English. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rag.asking.askable import Askable, Kind, Rule, points_elsewhere

# --- headings ---------------------------------------------------------------------------------

_MONEY = r"(?:US|EUR|USD|GBP)?\s?(?:[$€£]\s?\d|\d[\d,.]*\s(?:euros?|dollars|pounds|won)\b)"
_DONE = {"take": "taken", "use": "used", "store": "stored", "give": "given", "apply": "applied", "keep": "kept"}
_DO = "|".join(_DONE)
_NAME = r"(\w[\w .’-]{1,40})"


def _rule(heading: str, question: str | Callable[[re.Match[str]], str], needs: str = "", *, whole: bool = False) -> Rule:
    return Rule(re.compile(rf"^(?:{heading})$", re.IGNORECASE), question, needs, whole)


def _of_mine(said: str) -> str:
    """ "you forget your tablets" -> "I forget my tablets"."""
    for yours, mine in (("you are", "I am"), ("you['’]re", "I am"), ("yourself", "myself"), ("your", "my"), ("you", "I")):
        said = re.sub(rf"\b{yours}\b", mine, said, flags=re.IGNORECASE)
    return said


_TOPICS = (
    _rule(r"ending the (\w+) early", lambda found: f"How can the {found[1].lower()} be ended early?"),
    _rule(
        r"(?:(?:term|duration)(?: and|,) )?(?:early )?termination(?: of (?:this |the )?(?:agreement|contract))?|cancell?ation",
        "When may the agreement be terminated?",
        r"\bagreement\b",
    ),
    _rule(r"(?:early )?termination|cancell?ation", "When is termination possible?"),
    _rule(
        r"(?:initial )?(?:term|duration)(?: of (?:this |the )?(?:agreement|contract))?",
        "How long does the agreement last?",
        r"\bagreement\b",
    ),
    _rule(
        r".*\b(?:governing|applicable) law.*|choice of law.*|disputes, law and jurisdiction|law and jurisdiction",
        "Which law applies?",
        r"\blaws?\b",
    ),
    _rule(r"jurisdiction|venue", "Which courts have jurisdiction?", r"\bcourt"),
    _rule(r"(?:settlement of )?disputes?(?: resolution)?|arbitration", "How are disputes settled?"),
    _rule(r"notices?", "How must notices be given?"),
    _rule(r"assignment(?: and sub-?letting)?", "Is assignment allowed?", r"\bassign"),
    _rule(r"confidentiality|confidential information|non-?disclosure(?: obligations?)?", "What must be kept confidential?", r"\bconfiden"),
    _rule(r"use of confidential information", "How may confidential information be used?", r"\buse"),
    _rule(r"(?:limitations? (?:of|on) )?liability", "How is liability limited?", r"\bliab|exceed|limit"),
    _rule(r"indemnit(?:y|ies)|indemnification", "Who must indemnify whom?", r"\bindemn"),
    _rule(
        r"(?:charges|fees|price)(?: and payments?)?|payments?(?: terms| and charges)?",
        "When must payment be made?",
        r"\bwithin\b|\bdue\b|\bpayable\b",
    ),
    _rule(r"rent", "How much is the rent?", _MONEY),
    _rule(r"(?:security )?deposit", "How much is the deposit?", _MONEY),
    _rule(r"(?:security )?deposit", "When is the deposit returned?", r"\breturn"),
    _rule(r"(?:events? of )?default", "What counts as a default?"),
    _rule(r"(?:representations and )?warrant(?:y|ies)", "What is warranted?", r"\bwarrant"),
    _rule(r"force majeure", "What happens in a case of force majeure?"),
    _rule(r"remedies", "Which remedies are there?", r"\bremed"),
    _rule(r"purpose|objectives?", "What is the purpose?", r"\bpurpose|\bobjective"),
    _rule(
        r"return of (?:confidential )?(?:information|materials?|documents?)", "When must confidential information be returned?", r"\breturn"
    ),
    _rule(r"insurance|service charge and insurance", "Who must insure what?", r"\binsure\b"),
    _rule(r"(?:maintenance and repairs?|repairs?(?: and maintenance)?)", "Who is responsible for repairs?", r"\brepair"),
    _rule(r"alterations(?: and \w+)?", "Are alterations allowed?", r"\balter"),
    _rule(r"your rights", "What rights do I have?"),
    _rule(r"transfers abroad|international transfers", "Is data transferred abroad?", r"\btransfer"),
    _rule(r"amendments?|changes to (?:this|the) \w+|modifications?", "How are changes made?"),
    _rule(
        r"(?:possible |common )?(?:side effects|adverse (?:reactions|events|effects)|undesirable effects)",
        "What side effects are possible?",
    ),
    _rule(r"(?:recommended )?(?:dose|dosage|posology)(?: and (?:method of )?administration)?", "What is the recommended dose?", r"\d"),
    _rule(r"contra-?indications", "What are the contraindications?"),
    _rule(r"(?:drug )?interactions", "Which interactions are known?"),
    _rule(r"warnings(?: and precautions)?", "What warnings are there?"),
    _rule(r"pregnancy(?:,| and|$).*", "What applies in pregnancy?", r"\bpregnan"),
    _rule(r"risk factors", "What are the main risk factors?", r"\brisk"),
    _rule(r"legal proceedings", "Which legal proceedings are pending?", r"\bproceeding|\blitigation|\bclaim"),
    _rule(rf"what {_NAME} is and what it is used for", lambda found: f"What is {found[1]} used for?", whole=True),
    _rule(rf"do not (take|use) {_NAME}", lambda found: f"When must {found[2]} not be {_DONE[found[1].lower()]}?", whole=True),
    _rule(rf"(?:how|when) to ({_DO}) {_NAME}", lambda found: f"How should {found[2]} be {_DONE[found[1].lower()]}?", whole=True),
    _rule(rf"other medicines? and {_NAME}", lambda found: f"Which other medicines affect {found[1]}?", whole=True),
    _rule(r"([\w’-]{3,30}) with (food|alcohol|food[\w, ]{3,25})", lambda found: f"Can {found[1]} be taken with {found[2]}?", whole=True),
    _rule(r"if (you .{5,60})", lambda found: f"What should I do if {_of_mine(found[1])}?", whole=True),
)

_NOT_A_THING = re.compile(
    r"^(?:if|when|where|why|how|who|what|which|do|does|see|as|for|in|on|at|by|to|from|with|of|the following|presented|during|not|no|and|or|but|is|are|we|you|subject|please|dear)\b"
    r"|\b(?:of|for|to|and|or|the|a|an|by|with|in|on|as|is|are|was|were|has|have|shall|will|must|may|contains|means)\b(?=$|.*\b(?:is|are|contains|means)\b)"
    r"|\b(?:is|are|was|were|shall|will|has|have|contains|means)\b|\b(?:of|for|to|and|or|the|a|an|by|with|in|on|as)$",
    re.IGNORECASE,
)
_MOST_WORDS = 5
_NEEDS_NO_ARTICLE = re.compile(
    r"(?:[^s]s|ity|ment|tion|sion|ance|ence|ing|ship|age|ness|law|information|access|conduct|privacy|tenure)$", re.IGNORECASE
)
"""The end of a word before which "about" needs no article: of many things, or of none that could be counted."""


def _about_heading(heading: str, text: str) -> Iterator[Askable]:
    known = False
    for topic in (topic for topic in _TOPICS if topic.heading.match(heading)):
        known = True
        if question := topic.asked(heading, text):
            yield Askable(question, Kind.TOPIC, heading, stands_alone=_names_something(question))
            return
    is_thing = not _NOT_A_THING.search(heading) and not points_elsewhere(heading) and _NEEDS_NO_ARTICLE.search(heading)
    if is_thing and not known and len(heading.split()) <= _MOST_WORDS:
        yield Askable(f"What is said about {_in_small(heading)}?", Kind.HEADING, _in_small(heading))


def _in_small(heading: str) -> str:
    """As within a sentence; abbreviations stay as they are."""
    if heading.isupper():
        return heading.lower()
    return " ".join(word if sum(map(str.isupper, word)) > 1 else word.lower() for word in heading.split())


def _names_something(question: str) -> bool:
    """Does a word beside the first begin with a capital letter, as names do?"""
    return any(word[:1].isupper() and word != "I" for word in question.split()[1:])


def _is_told_apart(question: str) -> bool:
    """Does it hold an abbreviation or a number? "The Company" and "the Tenant" are names too, of many."""
    return any(re.search(r"[A-Z].*[A-Z]|\d", word) for word in question.split()[1:])


def asked_of_title(title: str) -> Askable:
    """Where a document says what it is about, and nothing better is known of it."""
    return Askable(f"What do the documents say about {title}?", Kind.HEADING, title, stands_alone=True)


# --- what sentences state ---------------------------------------------------------------------

_BE = r"(is|are|was|were|shall be|will be)"
_THING = r"((?:[A-Za-z][\w’'-]*\s){0,4}?[A-Za-z][\w’'-]+)"
_SOME = r"(?:(?:approximately|about|around|only|at least|at most|up to|not more than|not less than|currently|estimated (?:at|to be)|found to be|set at|fixed at) )*"
_DAY = r"(?:\d{1,2}(?:st|nd|rd|th)?\s+)?(?:January|February|March|April|May|June|July|August|September|October|November|December)\s+\d{1,4}"
_MEASURED = (
    "period|rate|ratio|number|prevalence|incidence|mortality|sensitivity|specificity|dose|duration|length|half-life|age|size|price|fee|rent|deposit|salary|cost|penalty|premium|limit"
    "|percentage|proportion|frequency|temperature|concentration|weight|income|dividend"
)
_MEASURES = (
    r"(?:(?:incubation|median|mean|average|overall|estimated|total|annual|effective|minimum|maximum|recommended|daily|initial|late|notice|trial|warranty|retention|basic|crude) )*"
    rf"(?:{_MEASURED})"
)
_SUM = re.compile(
    r"\b(?:rent|deposit|price|fees?|costs?|revenues?|income|loss|profit|expenses?|salary|premium|debt|liability|assets|sales|tax|taxes|dividends?|payments?|charges?|impairment|goodwill|budget"
    r"|benefits?|commission|bonus|allowance|penalty|interest|award|consideration|capital|damages|compensation|limit|cap|coverage|excess|deductible|fine|wage|pension|loan|credit|discount)$",
    re.IGNORECASE,
)
"""What is measured in money."""
_RATE = re.compile(
    r"\w (?:rate|share|percentage|interest|ratio|margin|yield|discount|prevalence|incidence|sensitivity|specificity|mortality|threshold|limit|growth|availability|efficacy|accuracy)$",
    re.I,
)
_SYMPTOMS = (
    r"(?:(?:most|common|main|major|typical|clinical|known|possible|principal|early|independent) )*"
    r"(?:symptoms|signs|risk factors|causes|complications|side effects|adverse effects|manifestations|limitations|advantages|treatments|requirements)"
)
_VAGUE = frozenset(
    {
        *(
            "amount",
            "amounts",
            "total",
            "value",
            "values",
            "following",
            "same",
            "difference",
            "balance",
            "sum",
            "number",
            "numbers",
            "result",
            "results",
            "company",
            "party",
        ),
        *(
            "parties",
            "other",
            "others",
            "agreement",
            "rest",
            "remainder",
            "increase",
            "decrease",
            "change",
            "changes",
            "one",
            "two",
            "first",
            "second",
            "last",
            "range",
        ),
        *(
            "higher",
            "lower",
            "new",
            "old",
            "remaining",
            "additional",
            "applicable",
            "fee",
            "charge",
            "penalty",
            "fine",
            "price",
            "premium",
            "allowance",
            "fare",
        ),
    }
)
"""As the only word, or the last."""
_NO_PART_OF_A_NAME = re.compile(
    r"\b(?:that|which|who|whom|whose|this|these|those|it|its|their|his|her|our|we|they|such|any|each|other|another|same|following|above|below|said|is|are|was|were|has|have|had|be|not|no"
    r"|and|or|when|where|while|if|than|then|respective|applicable|relevant)\b",
    re.IGNORECASE,
)


def _thing(said: str) -> str | None:
    """As a question may name it; None where that would be vague."""
    words = said.split()
    text = " ".join(words)
    vague = words[-1].casefold() in _VAGUE and (
        len(words) == 1 or words[-1].casefold() not in ("fee", "charge", "penalty", "price", "premium", "fine")
    )
    return None if vague or words[0].casefold() in _VAGUE or _NO_PART_OF_A_NAME.search(text) or len(text) > 50 else text


def _is_plural(thing: str) -> bool:
    return thing.endswith("s") and not thing.endswith(("ss", "us", "is"))


def _now(verb: str) -> str:
    return "is" if verb.lower() in ("shall be", "will be") else verb.lower()


def _how_much(found: re.Match[str]) -> str | None:
    thing, be = _thing(found[1]), _now(found[2])
    return (
        f"How much {be} the {thing}?"
        if thing and _SUM.search(thing) and " of " not in thing and (be in ("are", "were")) == _is_plural(thing)
        else None
    )


def _how_much_of(found: re.Match[str]) -> str | None:
    thing = _thing(found[1])
    return f"How much is the {thing}?" if thing else None


def _what_measure(found: re.Match[str]) -> str | None:
    of, be = " ".join(found[2].split()), _now(found[3])
    return (
        f"What {be} the {found[1].lower()} of {of}?" if be in ("is", "was") and len(of) > 5 and not _NO_PART_OF_A_NAME.search(of) else None
    )


def _what_rate(found: re.Match[str]) -> str | None:
    thing, be = _thing(found[1]), _now(found[2])
    return f"What {be} the {thing}?" if thing and _RATE.search(thing) and be in ("is", "was") else None


def _when_does(found: re.Match[str]) -> str:
    verbs = {"commenc": "begin", "begin": "begin", "start": "begin", "end": "end", "expir": "end", "terminat": "end", "tak": "take effect"}
    return f"When does the {found[1].lower()} {next(verb for start, verb in verbs.items() if found[2].lower().startswith(start))}?"


def _when_due(found: re.Match[str]) -> str | None:
    thing = _thing(found[1])
    return f"When {found[2]} the {thing} due?" if thing and (found[2] == "are") == _is_plural(thing) else None


def _within(found: re.Match[str]) -> str | None:
    thing, verb = _thing(found[1]), found[2].lower()
    if not thing or (verb in ("is", "are") and (verb == "are") != _is_plural(thing)):
        return None
    return f"Within what time {verb if verb in ('is', 'are') else 'must'} the {thing} {'' if verb in ('is', 'are') else 'be '}{found[3].lower()}?"


def _what_are(found: re.Match[str]) -> str | None:
    of = " ".join(found[2].split())
    return f"What are the {found[1].lower()} {of}?" if len(of) > 6 and not _NO_PART_OF_A_NAME.search(of) else None


@dataclass(frozen=True, slots=True)
class _Fact:
    """A sentence that states something. ``hints``: one of them stands in every text in which the pattern is found, which is quicker to see."""

    hints: tuple[str, ...]
    pattern: re.Pattern[str]
    ask: Callable[[re.Match[str]], str | None]

    def asked(self, text: str) -> tuple[str, str] | None:
        """The question, and what it asks about."""
        for hint in self.hints:  # not ``any``, which takes ten times as long
            if hint in text:
                break
        else:
            return None
        found = self.pattern.search(text)
        question = self.ask(found) if found else None
        return (question, found[1] if self.pattern.groups else question) if found and question else None


_MONEY_HINTS = ("$", "€", "£", " euros", " dollars", " pounds", " won")
_FACTS = (
    _Fact(_MONEY_HINTS, re.compile(rf"\b[Tt]he {_THING} {_BE} {_SOME}{_MONEY}"), _how_much),
    _Fact(
        _MONEY_HINTS,
        re.compile(
            rf"\b(?:[Aa]n?|[Tt]he) ((?:[a-z][\w-]*\s){{0,2}}(?:deposit|fee|charge|penalty|premium|fine|salary|price|allowance|bonus|rent)) of {_MONEY}"
        ),
        _how_much_of,
    ),
    _Fact(
        tuple(f"{measure} of" for measure in _MEASURED.split("|")),
        re.compile(rf"\b[Tt]he ({_MEASURES}) of ((?:[\w’'-]+\s){{0,5}}?[\w’'-]+) {_BE} {_SOME}[$€£]?\d"),
        _what_measure,
    ),
    _Fact(("%", "percent", "per cent"), re.compile(rf"\b[Tt]he {_THING} {_BE} {_SOME}\d[\d.,]*\s?(?:%|per ?cent\b)"), _what_rate),
    _Fact(
        ("commenc", "begin", "start", " end", "expir", "terminat", " effect on"),
        re.compile(
            r"\b(?:[Tt]his|[Tt]he) ([A-Za-z]*(?:[Aa]greement|[Cc]ontract|[Ll]ease|[Tt]erm|[Pp]olicy|[Oo]ffer)) (?:shall |will |is to )?"
            rf"(commenc\w*|begin\w*|start\w*|ends?|expir\w*|terminat\w*|takes? effect) on (?:the )?{_DAY}"
        ),
        _when_does,
    ),
    _Fact((" due ", " payable "), re.compile(rf"\b[Tt]he {_THING} (is|are) (?:due|payable) (?:on|in|within|by|at)\b"), _when_due),
    _Fact(
        (" within",),
        re.compile(
            rf"\b[Tt]he {_THING} (shall|must|will|is|are) (?:be )?(?:promptly )?(returned|paid|repaid|destroyed|delivered|submitted|reported|deleted|erased) within\b"
        ),
        _within,
    ),
    _Fact(
        (
            "symptoms",
            "signs",
            "factors",
            "causes",
            "complications",
            "effects",
            "manifestations",
            "limitations",
            "advantages",
            "treatments",
            "requirements",
        ),
        re.compile(rf"\b[Tt]he ({_SYMPTOMS}) ((?:of|for) (?:[\w’'-]+\s){{0,4}}?[\w’'-]+) (?:include|included|are|were)\b"),
        _what_are,
    ),
    _Fact(
        (" notice",),
        re.compile(r"\b(?:terminat|end)\w*\b[^.;\n]{0,80}\b(?:days|months|weeks|month|year)[’']?s?[’']? (?:prior )?(?:written )?notice"),
        lambda found: "How much notice is needed for termination?",
    ),
    _Fact(
        (" year",),
        re.compile(
            r"\b(?:obligations?|duty|duties|undertakings?)\b[^.;\n]{0,80}\b(?:surviv\w+|remain in (?:force|effect)|continue|expire|terminate)\b[^.;\n]{0,60}\byears?\b"
        ),
        lambda found: "How long do the obligations last?",
    ),
)

_ABBREVIATION = _Fact(
    (" is a ", " is an ", " is the ", " is one of ", " is caused by ", " is defined as "),
    re.compile(
        r"(?<![^.\n] )(?<!\w)((?:[A-Z][\w-]*(?:[A-Z]|\d)|[A-Z]\d)[\w-]{0,8})(?: \([^)]{2,60}\))? is "
        r"(?:an? [a-z]|(?:the|one of the) (?:main|leading|most|causative|primary|first|major|only|largest)|caused by|defined as)"
    ),
    lambda found: f"What is {found[1]}?" if not (found[1].isupper() and len(found[1]) > 6) else None,
)
_TERM = re.compile(
    r"[“\"]([A-Z][\w’'-]*(?: [\w’'&-]+){0,3})[”\"]\s*(?:\([^)]{1,40}\)\s*)?,?\s+(?:shall |will )?(?:means?|refers? to|has the meaning|is defined as|includes)\b"
)
_EVERYWHERE = re.compile(
    r"^(?:(?:the |this )?(?:confidential|proprietary|evaluation) (?:information|materials?)|(?:disclosing|receiving|other) party|recipient|discloser|part(?:y|ies)|agreement|company|affiliates?"
    r"|representatives?|effective date|person|purpose|term|services?|materials?|information|day|business day|writing|subsidiar(?:y|ies)|customer|supplier|clause|schedule|section|clients?|committee|contractors?|consultant|employees?|employer|buyer|seller|vendor|owner|tenant|landlord|lender|borrower|licens(?:or|ee)"
    r"|users?|business|group|board|property|project|products?|software|territory|laws?|data|notice|deposit|rent|building|premises|lease|contract|claims?|losses|damages|taxes)$",
    re.IGNORECASE,
)
"""Terms of every other contract: they say nothing of which one is meant."""


def asked_about(heading: str | None, text: str) -> Iterator[Askable]:
    """What a passage answers. ``heading`` is bare."""
    for fact in _FACTS:
        if asked := fact.asked(text):
            yield Askable(asked[0], Kind.FACT, asked[1], stands_alone=_is_told_apart(asked[0]))
    if heading:
        yield from _about_heading(heading, text)
    if short := _ABBREVIATION.asked(text):
        yield Askable(short[0], Kind.TERM, short[1], stands_alone=True)
    if found := _TERM.search(text):
        yield Askable(f"What does “{found[1]}” mean?", Kind.TERM, found[1], stands_alone=not _EVERYWHERE.match(found[1]))


# --- the document that is asked ---------------------------------------------------------------

_KIND = (
    r"agreement|contract|lease|polic(?:y|ies)|handbook|manual|report|minutes|leaflet|guide|guidelines?|rules|regulations?|statute|act|memo|memorandum|invoice|statement|terms|plan"
    r"|deed|will|order|judgment|10-?[kq]|protocol|brochure|offer|proposal|licen[cs]e|charter|bylaws|code"
)
_NAMED = re.compile(rf"(?:^|\s)(?:{_KIND})(?:$|\s)", re.IGNORECASE)
_UNDER = re.compile(
    r"(?:agreement|contract|lease|policy|policies|rules|regulations?|statute|act|terms|plan|deed|will|order|licen[cs]e|charter|bylaws|code)$",
    re.IGNORECASE,
)
_ITSELF = re.compile(r"\bthe (agreement|contract|lease|policy)\b")


def says_what_it_is(name: str) -> bool:
    return _NAMED.search(name) is not None


def asked_of(askable: Askable, name: str | None) -> str:
    """The question, of a document that is called so, as ``rag.question`` understands it; without a name, of whatever there is."""
    question = askable.question
    if askable.kind is Kind.HEADING and not askable.stands_alone:
        return f"What does the {name or 'document'} say about {askable.about}?"
    if (
        not name
        or (askable.stands_alone and askable.kind is not Kind.TERM)
        or (askable.kind is Kind.TERM and question.startswith("What is"))
    ):
        return question
    if (itself := _ITSELF.search(question)) and itself[1] in name.casefold().split():
        return question.replace(itself[0], f"the {name}", 1)
    if _UNDER.search(name):
        return f"{question.removesuffix('?')} under the {name}?"
    return f"According to the {name}, {question[:1].lower()}{question[1:]}"
