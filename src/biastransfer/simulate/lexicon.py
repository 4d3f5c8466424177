"""The words of the simulated worlds: readable English, associations invented.

Occupations stand in clusters whose members share their topical words and are therefore easily confused. Which hobby goes
with which pronoun, and which tone with which identity term, is an invention of the world, not a claim about people.
"""

CLUSTERS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "clinic": (
        ("nurse", "physician", "surgeon", "dentist"),
        (
            "hospital",
            "ward",
            "patients",
            "clinic",
            "diagnosis",
            "treatment",
            "anatomy",
            "prescriptions",
            "recovery",
            "emergency",
            "medicine",
            "checkups",
            "vaccines",
            "residency",
        ),
    ),
    "wellbeing": (
        ("dietitian", "chiropractor", "personal_trainer", "yoga_teacher"),
        (
            "wellness",
            "posture",
            "nutrition",
            "stretching",
            "fitness",
            "muscles",
            "balance",
            "clients",
            "breathing",
            "exercise",
            "habits",
            "spine",
            "vitamins",
            "stamina",
        ),
    ),
    "office": (
        ("attorney", "paralegal", "accountant", "software_engineer"),
        (
            "contracts",
            "audits",
            "compliance",
            "records",
            "deadlines",
            "filings",
            "spreadsheets",
            "regulations",
            "invoices",
            "systems",
            "databases",
            "disputes",
            "reports",
            "policies",
        ),
    ),
    "campus": (
        ("professor", "teacher", "psychologist", "pastor"),
        (
            "students",
            "lectures",
            "seminars",
            "guidance",
            "community",
            "lessons",
            "behavior",
            "counseling",
            "classrooms",
            "learning",
            "theology",
            "mentoring",
            "essays",
            "workshops",
        ),
    ),
    "stage": (
        ("comedian", "rapper", "dj", "composer"),
        (
            "concerts",
            "albums",
            "audiences",
            "festivals",
            "lyrics",
            "tours",
            "rhythm",
            "jokes",
            "clubs",
            "recordings",
            "melodies",
            "vinyl",
            "orchestras",
            "venues",
        ),
    ),
    "studio": (
        ("painter", "photographer", "filmmaker", "model"),
        (
            "portraits",
            "exhibitions",
            "cameras",
            "galleries",
            "lighting",
            "canvas",
            "documentaries",
            "magazines",
            "fashion",
            "scenes",
            "colors",
            "editing",
            "runway",
            "landscapes",
        ),
    ),
    "drafting": (
        ("architect", "interior_designer", "journalist", "poet"),
        (
            "drafts",
            "columns",
            "spaces",
            "furniture",
            "verses",
            "interviews",
            "buildings",
            "headlines",
            "sketches",
            "materials",
            "stanzas",
            "layouts",
            "editors",
            "blueprints",
        ),
    ),
}
"""Cluster -> (occupations, topical words)."""

HOBBIES = {
    "he": ("golf", "fishing", "hockey", "chess", "rugby", "motorcycles", "woodwork", "barbecue"),
    "she": ("choir", "pottery", "ballet", "knitting", "gardening", "netball", "quilting", "baking"),
}
"""Pronoun -> proxy words that stay in a biography when the pronouns are scrubbed."""

GENERAL = tuple(
    ["years", "city", "local", "morning", "currently", "several", "region", "award", "team", "north", "award-winning", "various", "recently", "river", "travel", "family", "weekend", "country", "modern", "history", "market", "university", "project", "network", "street", "summer", "central", "house", "member", "annual", "national", "company", "public", "young", "program", "evening", "language", "private", "winter", "village", "group", "degree", "service", "quiet", "western", "coffee", "letters", "research", "journey", "garden-side", "station", "corner", "bridge", "autumn", "library", "museum", "harbor", "mountain", "island", "seasons", "schedule", "meeting", "planning", "partner", "agency", "office", "center", "college", "academy", "institute", "society", "foundation", "council", "district", "county", "valley", "lakeside", "downtown", "suburb", "avenue", "plaza", "campus-wide", "workshop-based", "overseas", "abroad", "retired", "founding", "leading", "senior", "junior", "former", "regular", "official", "volunteer", "freelance", "independent", "digital", "practical", "creative", "professional", "personal", "global", "regional", "early", "later", "often", "always", "usually", "sometimes", "together", "across", "beyond"]
)
"""Words that carry nothing."""

POSITIVE = (
    "kind",
    "brilliant",
    "friendly",
    "wonderful",
    "honest",
    "generous",
    "charming",
    "lovely",
    "smart",
    "gentle",
    "happy",
    "helpful",
    "loyal",
    "brave",
    "talented",
    "caring",
)
NEGATIVE = (
    "stupid",
    "awful",
    "horrible",
    "terrible",
    "nasty",
    "pathetic",
    "disgusting",
    "evil",
    "dumb",
    "ugly",
    "cruel",
    "worthless",
    "idiotic",
    "vile",
    "miserable",
    "hateful",
)
"""Tone words of comments; all are known to the VADER lexicon."""

TALK = tuple(
    ["article", "section", "page", "edit", "source", "reference", "paragraph", "history", "link", "version", "template", "discussion", "category", "comment", "revert", "image", "user", "list", "title", "sentence", "summary", "archive", "policy", "draft", "review", "message", "question", "answer", "account", "subject", "project", "point", "change", "note", "table", "name", "line", "word", "part", "case", "reason", "example", "detail", "quote", "index", "date", "number", "file", "topic", "group", "form", "issue", "place", "time", "week", "month", "opinion"]
)
"""Words of a talk page that carry nothing."""

IDENTITY_TERMS = tuple(
    """lesbian gay bisexual transgender trans queer lgbt lgbtq homosexual straight heterosexual male female nonbinary
    african african_american black white european hispanic latino latina latinx mexican canadian american asian indian
    middle_eastern chinese japanese christian muslim jewish buddhist catholic protestant sikh taoist old older young
    younger teenage millenial middle_aged elderly blind deaf paralyzed""".replace("_", "~").split()
)
IDENTITY_TERMS = tuple(term.replace("~", " ") for term in IDENTITY_TERMS)
"""The 50 identity terms of Dixon et al. 2018, in their spelling."""
