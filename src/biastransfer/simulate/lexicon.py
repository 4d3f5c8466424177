"""The words of the simulated worlds: readable English, associations invented.

Occupations stand in clusters whose members share their topical words and are therefore easily confused. Which hobby goes
with which pronoun, and which tone with which identity term, is an invention of the world, not a claim about people.
"""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


CLUSTERS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "clinic": (
        _words("nurse physician surgeon dentist"),
        _words("""
            hospital ward patients clinic diagnosis treatment anatomy prescriptions recovery emergency medicine
            checkups vaccines residency
        """),
    ),
    "wellbeing": (
        _words("dietitian chiropractor personal_trainer yoga_teacher"),
        _words("""
            wellness posture nutrition stretching fitness muscles balance clients breathing exercise habits
            spine vitamins stamina
        """),
    ),
    "office": (
        _words("attorney paralegal accountant software_engineer"),
        _words("""
            contracts audits compliance records deadlines filings spreadsheets regulations invoices systems
            databases disputes reports policies
        """),
    ),
    "campus": (
        _words("professor teacher psychologist pastor"),
        _words("""
            students lectures seminars guidance community lessons behavior counseling classrooms learning
            theology mentoring essays workshops
        """),
    ),
    "stage": (
        _words("comedian rapper dj composer"),
        _words("""
            concerts albums audiences festivals lyrics tours rhythm jokes clubs recordings melodies vinyl
            orchestras venues
        """),
    ),
    "studio": (
        _words("painter photographer filmmaker model"),
        _words("""
            portraits exhibitions cameras galleries lighting canvas documentaries magazines fashion scenes
            colors editing runway landscapes
        """),
    ),
    "drafting": (
        _words("architect interior_designer journalist poet"),
        _words("""
            drafts columns spaces furniture verses interviews buildings headlines sketches materials stanzas
            layouts editors blueprints
        """),
    ),
}
"""Cluster -> (occupations, topical words)."""

HOBBIES = {
    "he": _words("golf fishing hockey chess rugby motorcycles woodwork barbecue"),
    "she": _words("choir pottery ballet knitting gardening netball quilting baking"),
}
"""Pronoun -> proxy words that stay in a biography when the pronouns are scrubbed."""

GENERAL = _words("""
    years city local morning currently several region award team north award-winning various recently river
    travel family weekend country modern history market university project network street summer central house
    member annual national company public young program evening language private winter village group degree
    service quiet western coffee letters research journey garden-side station corner bridge autumn library
    museum harbor mountain island seasons schedule meeting planning partner agency office center college academy
    institute society foundation council district county valley lakeside downtown suburb avenue plaza campus-wide workshop-based overseas abroad retired founding leading senior junior former regular official volunteer
    freelance independent digital practical creative professional personal global regional early later often
    always usually sometimes together across beyond
""")
"""Words that carry nothing."""

POSITIVE = _words("""
    kind brilliant friendly wonderful honest generous charming lovely smart gentle happy helpful loyal brave
    talented caring
""")
NEGATIVE = _words("""
    stupid awful horrible terrible nasty pathetic disgusting evil dumb ugly cruel worthless idiotic vile
    miserable hateful
""")
"""Tone words of comments; all are known to the VADER lexicon."""

TALK = _words("""
    article section page edit source reference paragraph history link version template discussion category
    comment revert image user list title sentence summary archive policy draft review message question answer
    account subject project point change note table name line word part case reason example detail quote index
    date number file topic group form issue place time week month opinion
""")
"""Words of a talk page that carry nothing."""

IDENTITY_TERMS = tuple(
    term.replace("_", " ")
    for term in _words("""
    lesbian gay bisexual transgender trans queer lgbt lgbtq homosexual straight heterosexual male female
    nonbinary african african_american black white european hispanic latino latina latinx mexican canadian
    american asian indian middle_eastern chinese japanese christian muslim jewish buddhist catholic protestant
    sikh taoist old older young younger teenage millenial middle_aged elderly blind deaf paralyzed
""")
)
"""The 50 identity terms of Dixon et al. 2018, in their spelling."""
