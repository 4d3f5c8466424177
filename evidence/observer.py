"""An observer who knows the world classifies its biographies: the best possible recovery of a planted upstream association."""

import numpy as np
from world_studies import World, configuration, merged

from biastransfer.simulate import biographies
from biastransfer.simulate.lexicon import CLUSTERS, HOBBIES
from biastransfer.simulate.worlds import probability
from biastransfer.tasks.label_by_group_record import SimulatedBiographies

NEVER = 1e-12


def recovery(seed: int, *, even_clusters: bool) -> float:
    """Correlation over occupations of the observer's log odds ratio of true positive rates with the planted associations.

    The observer knows how often each occupation uses each topical word, and how often a hobby is that of the text's pronoun. It also knows
    how the corpus associates the pronouns with the occupation. It names the most probable occupation of every test text of the world
    ``transfer``. It is an ideal classifier: it has learnt all there is to learn from the corpus and the training texts.
    """
    source = merged(configuration(World("transfer", seed))["tasks"]["bios"]["source"], {"even_clusters": even_clusters})
    settings = SimulatedBiographies(**source).model_dump()
    world = biographies.planted(settings, seed)
    test = biographies.splits(settings, seed)["test"]
    occupations, clusters = biographies.OCCUPATIONS, [name for name, (members, _) in CLUSTERS.items() for _ in members]
    raw = np.exp(np.random.default_rng((seed, 3)).normal(size=(len(occupations), len(CLUSTERS["clinic"][1]))))
    topical: dict[str, np.ndarray] = {}
    for number, (cluster, weights) in enumerate(zip(clusters, raw / raw.sum(1, keepdims=True), strict=True)):
        for word, weight in zip(CLUSTERS[cluster][1], weights, strict=True):
            topical.setdefault(word, np.full(len(occupations), NEVER))[number] = weight
    side = {word: 1 if pronoun == "she" else -1 for pronoun in biographies.PRONOUNS for word in HOBBIES[pronoun]}
    fidelity, she = settings["proxy_fidelity"], probability(world["upstream"])
    found = np.empty(len(test), int)
    for row, text in enumerate(test["text"]):
        words = text.rstrip(".").split()[3:]
        evidence = sum(side.get(word, 0) for word in words) * np.log(fidelity / (1 - fidelity))
        own = probability(evidence)
        score = np.log(she * own + (1 - she) * (1 - own))
        score += sum(np.log(topical[word]) for word in words if word in topical)
        found[row] = np.argmax(score)
    right = found == test["label"].map({name: number for number, name in enumerate(occupations)}).to_numpy()
    hits = right.astype(float)
    odds = {}
    for group, part in test.assign(hit=hits).groupby("group"):
        counts = part.groupby("label")["hit"].agg(["sum", "size"]).loc[list(occupations)]
        odds[group] = np.log((counts["sum"] + 0.5) / (counts["size"] - counts["sum"] + 0.5)).to_numpy()
    return float(np.corrcoef(odds["she/her"] - odds["he/him"], world["upstream"])[0, 1])
