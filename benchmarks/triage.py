"""Recall, false alarms and speed of the triage on messages it has never seen, beside public peers, in one run.

The messages are the exam of tests/understanding/danger_exam: by authors whose sentences no rule and no example comes from. The peers are
built for clinical notes and bring no list of danger signs of their own, so all get the same one: the plain words below, about what an
hour's work gives. Each drops what it takes to be negated, past, hypothetical or about somebody else. They are installed beside Palier in
an environment of their own, never with it:

    python -m venv /tmp/peers && /tmp/peers/bin/pip install . medspacy negspacy edsnlp
    /tmp/peers/bin/python -m benchmarks.triage [--without-peers]
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from bot.core.levels import Level
from bot.knowledge.signs import Example, read_examples
from bot.understanding.danger import Triage

EXAM = Path(__file__).parents[1] / "tests" / "understanding" / "danger_exam"

WORDS = {
    "en": """suicide;suicidal;kill myself;end my life;end it all;want to die;wish I was dead;better off dead;no reason to live;overdose;took too
        many;whole bottle;whole box;cut myself;self harm;hurt myself;kill him;kill her;confused;disoriented;hallucination;hallucinating;seeing
        things;hearing voices;voices;manic;mania;paranoid;seizure;convulsion;fit;passed out;blacked out;fainted;collapsed;unconscious;won't wake
        up;can't wake;can't breathe;short of breath;blue lips;chest pain;heart attack;swollen face;swollen tongue;hives;rash;hit my head;head
        injury;stopped cold turkey;stopped suddenly;ran out;withdrawal;shaking;the shakes;sweating;DTs;xanax;valium;tramadol;oxycodone;double
        dose;took it twice;swallowed my tablets;asleep at the wheel""",
    "fr": """suicide;suicidaire;me tuer;en finir;mettre fin à mes jours;envie de mourir;veux mourir;plus envie de vivre;idées noires;surdose;overdose;
        tout avalé;toute la boîte;toute la plaquette;me scarifier;me couper;me faire du mal;le tuer;la tuer;confus;confuse;désorienté;
        hallucination;hallucinations;vois des choses;entends des voix;des voix;maniaque;paranoïaque;convulsion;convulsions;crise d'épilepsie;
        évanoui;évanouie;malaise;inconscient;inconsciente;se réveille pas;réveille plus;respire mal;arrive plus à respirer;lèvres bleues;douleur
        dans la poitrine;infarctus;visage gonflé;langue gonflée;urticaire;plaques;cogné la tête;arrêté d'un coup;arrêt brutal;plus de comprimés;
        sevrage;tremble;tremblements;sueurs;delirium;xanax;valium;tramadol;codéine;double dose;pris deux fois;avalé mes comprimés;endormi au volant""",
}

Finds = Callable[[str], bool]

EXAMS = {"oblique (t1, t2)": {"t1", "t2"}, "plain (t3)": {"t3"}, "side effects (t4)": {"t4"}, "plain, oblique, long (t5)": {"t5"}}


def phrases(language: str) -> list[str]:
    """The common list, one phrase an item."""
    return [" ".join(phrase.split()) for phrase in WORDS[language].split(";")]


def ours() -> dict[str, Finds]:
    """Palier, asked whether a message is urgent or more."""
    triage = Triage.load()
    return dict.fromkeys(("fr", "en"), lambda text: triage.screen(text).level >= Level.urgent)


def plain_words() -> dict[str, Finds]:
    """The list alone, without any context."""

    def finder(language: str) -> Finds:
        wanted = [phrase.lower() for phrase in phrases(language)]
        return lambda text: any(phrase in text.lower() for phrase in wanted)

    return {language: finder(language) for language in ("fr", "en")}


def medspacy_peer() -> dict[str, Finds]:
    """medspaCy: target rules and ConText, English."""
    import medspacy
    from loguru import logger
    from medspacy.target_matcher import TargetRule

    logger.remove()  # it writes a line per sentence
    nlp = medspacy.load(enable=["medspacy_pyrush", "medspacy_target_matcher", "medspacy_context"])
    nlp.get_pipe("medspacy_target_matcher").add([TargetRule(phrase, "SIGN") for phrase in phrases("en")])

    def finds(text: str) -> bool:
        return any(not (e._.is_negated or e._.is_historical or e._.is_hypothetical or e._.is_family) for e in nlp(text).ents)

    return {"en": finds}


def negspacy_peer() -> dict[str, Finds]:
    """negspacy: an entity ruler and NegEx, English."""
    import spacy
    from negspacy.negation import Negex  # noqa: F401 - registers the component

    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    nlp.add_pipe("entity_ruler", config={"phrase_matcher_attr": "LOWER"}).add_patterns(
        [{"label": "SIGN", "pattern": phrase} for phrase in phrases("en")]
    )
    nlp.add_pipe("negex", config={"ent_types": ["SIGN"]})
    return {"en": lambda text: any(not e._.negex for e in nlp(text).ents)}


def edsnlp_peer() -> dict[str, Finds]:
    """EDS-NLP: matcher and qualifiers, French."""
    import edsnlp
    import edsnlp.pipes as eds

    nlp = edsnlp.blank("eds")
    nlp.add_pipe(eds.normalizer())
    nlp.add_pipe(eds.sentences())
    nlp.add_pipe(eds.matcher(terms={"sign": phrases("fr")}, attr="NORM"))
    for qualifier in (eds.negation(), eds.hypothesis(), eds.family(), eds.history()):
        nlp.add_pipe(qualifier)

    def finds(text: str) -> bool:
        return any(not (e._.negation or e._.hypothesis or e._.family or e._.history) for e in nlp(text).ents)

    return {"fr": finds}


def exam() -> tuple[Example, ...]:
    """Every message of the exam."""
    return tuple(
        example for path in sorted(EXAM.glob("*.yaml")) for example in read_examples(path.name, path.stem.rpartition(".")[2], folder=EXAM)
    )


def report(name: str, reader: dict[str, Finds], messages: Sequence[Example]) -> None:
    """One line per language: what was found of what is urgent, what was raised of what is not, and the time a message takes."""
    for language, finds in reader.items():
        theirs = [example for example in messages if example.language == language]
        found: dict[str, list[bool]] = {"urgent": [], "trap": [], "everyday": []}
        took: list[float] = []
        for example in theirs:
            before = time.perf_counter()
            raised = finds(example.clean)
            took.append(time.perf_counter() - before)
            if example.level >= Level.urgent:
                found["urgent"].append(raised)
            elif example.kind != "alarm":
                found[example.kind].append(raised)
        shares = "  ".join(f"{kind} {sum(each):3d}/{len(each):3d} ({sum(each) / len(each):6.1%})" for kind, each in found.items())
        sys.stdout.write(f"{name:12} {language}  {shares}  median {median(took) * 1000:6.2f} ms\n")


def ours_by_exam(messages: Sequence[Example]) -> None:
    """What Palier raises to `urgent` or more, and to `check` or more, of every exam: of what is urgent, of hard negatives, of the rest."""
    triage = Triage.load()
    for language in ("fr", "en"):
        for name, authors in EXAMS.items():
            told = [(e, triage.screen(e.clean).level) for e in messages if e.language == language and e.author in authors]
            sys.stdout.write(f"{language} {name:18}")
            for kind in ("urgent", "trap", "everyday"):
                levels = [level for e, level in told if (e.level >= Level.urgent if kind == "urgent" else e.kind == kind)]
                shares = " / ".join(f"{sum(level >= at for level in levels) / len(levels):6.1%}" for at in (Level.urgent, Level.check))
                sys.stdout.write(f"  {kind} ({len(levels)}) {shares}")
            sys.stdout.write("\n")


def main() -> None:
    """Ours first, exam by exam, then everybody who is installed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--without-peers", action="store_true")
    options = parser.parse_args()
    messages = exam()
    ours_by_exam(messages)
    report("palier", ours(), messages)
    report("plain words", plain_words(), messages)
    if options.without_peers:
        return
    for name, peer in (("medspaCy", medspacy_peer), ("negspacy", negspacy_peer), ("EDS-NLP", edsnlp_peer)):
        try:
            reader = peer()
        except ImportError as missing:
            sys.stdout.write(f"{name:12} not installed here: {missing.name}\n")
        else:
            report(name, reader, messages)


if __name__ == "__main__":
    main()
