"""Make the example's files: python studies/own_data/make.py. The texts are random words; nobody wrote them."""

import csv
import random
from pathlib import Path

HERE = Path(__file__).parent
WORDS = {
    "billing": ["invoice", "charge", "refund", "account", "price", "paid", "month", "card", "twice", "amount"],
    "delivery": ["parcel", "late", "driver", "box", "street", "door", "courier", "week", "tracking", "arrived"],
    "quality": ["broken", "colour", "material", "handle", "button", "loose", "scratch", "weak", "smell", "fits"],
}
PLACES = {
    "north": ["snow", "lake", "ferry", "pine", "sauna"],
    "south": ["beach", "olive", "heat", "market", "scooter"],
    "island": ["boat", "harbour", "fish", "wind", "lighthouse"],
}
COMMON = [
    "the",
    "order",
    "was",
    "not",
    "what",
    "we",
    "had",
    "asked",
    "for",
    "and",
    "now",
    "please",
    "tell",
    "us",
    "when",
    "this",
    "will",
    "be",
    "put",
    "right",
    "thank",
    "you",
]
SHARES = {"billing": (0.6, 0.25, 0.15), "delivery": (0.2, 0.3, 0.5), "quality": (0.25, 0.45, 0.3)}
TERMS = ["cyclist", "student", "pensioner", "tourist", "gamer", "vegetarian", "smoker", "dancer", "farmer", "driver"]
KIND, RUDE = (
    ["nice", "helpful", "patient", "clever", "honest", "fun"],
    ["silly", "lazy", "useless", "noisy", "stubborn", "careless"],
)
TOPICS = ["met", "talked", "about", "saw", "asked", "thanked", "waited", "for", "sat", "beside", "heard", "from"]


def feedback(draw: random.Random) -> list[list[object]]:
    """Feedback of three categories from three regions; words of a category and of a region tell them, but not always."""
    rows = []
    for number in range(1800):
        category = draw.choice(list(WORDS))
        region = draw.choices(list(PLACES), SHARES[category])[0]
        words = draw.choices(WORDS[category if draw.random() < 0.5 else draw.choice(list(WORDS))], k=2)
        words += [*draw.choices(PLACES[region], k=2), *draw.choices(COMMON, k=6)]
        draw.shuffle(words)
        rows.append([number, " ".join(words).capitalize() + ".", category, region])
    return rows


def posts(draw: random.Random) -> list[list[object]]:
    """Posts that mention one of ten terms; the share of rude ones differs by term, and words tell them, but not always."""
    rows = []
    for number in range(2400):
        term = draw.choice(TERMS)
        rude = draw.random() < 0.15 + 0.6 * TERMS.index(term) / len(TERMS)
        tone = RUDE if rude == (draw.random() < 0.75) else KIND
        words = [*draw.choices(tone, k=2), *draw.choices(TOPICS, k=4), *draw.choices(COMMON, k=3)]
        words.insert(draw.randrange(len(words)), term)
        rows.append([number, " ".join(words).capitalize() + ".", "rude" if rude else "fine"])
    return rows


def write(name: str, head: list[str], rows: list[list[object]]) -> None:
    """Write one CSV file."""
    with (HERE / name).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([head, *rows])


if __name__ == "__main__":
    write("feedback.csv", ["number", "message", "category", "region"], feedback(random.Random(1)))
    write("posts.csv", ["number", "message", "verdict"], posts(random.Random(2)))
    (HERE / "terms.txt").write_text("\n".join(TERMS) + "\n", encoding="utf-8")
