"""What people ask about, read as the topic that answers it: the audited examples and paraphrases of them, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from bot.core.meaning import Meaning
from bot.knowledge.facts import facts
from bot.understanding.reader import Reader
from tests.houses import minds

NOW = datetime(2026, 2, 2, 15, 0, tzinfo=UTC)

# Topic: what is asked in French, then in English, one question a line.
ASKED: dict[str, tuple[str, str]] = {
    "largest_single": (
        """quelle dose maximum en une seule prise ?
        combien au maximum en une fois ?
        quelle est la plus grosse dose en une prise ?
        jusqu'à combien d'un seul coup ?
        on peut prendre combien de mg à la fois ?
        80 mg d'un coup c'est trop ?
        y a-t-il un plafond par prise ?
        la dose max par prise c'est quoi ?
        combien de comprimés je peux avaler en même temps ?""",
        """what's the most I can take at once?
        is there a maximum single dose?
        what is the largest dose in one go?
        how big can one dose be?
        how many tablets can I swallow in one go?
        is 60 mg too much at once?
        what's the maximum per intake
        how many mg at one time is the limit?
        can I take the whole day's dose at once?""",
    ),
    "shortest_interval": (
        """quel est le temps minimum entre deux prises ?
        combien d'heures entre deux comprimés ?
        je peux prendre deux doses à une heure d'intervalle ?
        il faut attendre combien entre les prises ?
        mes prises sont trop rapprochées ?
        je peux reprendre un comprimé une heure après ?""",
        """what is the minimum time between two doses?
        how long should I wait between doses?
        can I take two doses an hour apart?
        how far apart should the doses be?
        how soon after a dose can I take another?
        are my doses too close together?""",
    ),
    "top_up_count": (
        """combien de comprimés de secours par jour au maximum ?
        nombre max de prises de secours ?
        je peux prendre combien de comprimés à la demande ?
        combien de comprimés en plus au maximum par jour ?
        un maximum de comprimés supplémentaires par jour ?""",
        """how many rescue tablets a day at most?
        max number of extra tablets per day?
        how often can I take the rescue dose?
        how many top-ups are allowed?
        what is the limit of emergency tablets a day?""",
    ),
    "days_missed": (
        """3 jours sans baclofène, à quelle dose je reprends ?
        j'ai loupé deux jours de baclofène
        après une semaine sans baclofène je reprends à la même dose ?
        j'ai sauté 2 jours, je fais quoi ?
        interrompu 5 jours, comment reprendre ?
        j'ai oublié mon traitement tout le week-end""",
        """3 days without baclofen, at what dose do I resume?
        I missed 3 days
        went 4 days without my tablets, where do I restart?
        I skipped two days, what now?
        after a week off baclofen do I restart at the same dose?
        forgot my pills the whole weekend""",
    ),
    "kidney_threshold": (
        """à partir de quelle clairance faut-il adapter ?
        quel seuil pour les reins ?
        quelle créatinine est trop haute ?
        en dessous de quel DFG c'est interdit ?
        mes reins : une limite à partir de quelle valeur ?""",
        """below what creatinine clearance is it forbidden?
        my eGFR is 40, what then?
        what creatinine level is too high?
        at which kidney stage should the dose change?
        is there a threshold for the kidneys?""",
    ),
    "overdose_amount": (
        """à partir de quelle dose c'est un surdosage ?
        quelle est la dose toxique ?
        combien de comprimés pour que ce soit toxique ?
        y a-t-il un seuil de toxicité ?
        à partir de combien on parle d'intoxication ?""",
        """at what amount is it an overdose?
        what's the toxic dose?
        from what dose is it toxic?
        is there an overdose threshold?
        which dose is poisonous, so that I stay clear of overdosing?""",
    ),
    "overdose_signs": (
        """quels sont les signes d'un surdosage ?
        comment reconnaître une overdose ?
        que faire en cas de surdosage ?
        surdosage : quels symptômes ?
        c'est quoi un surdosage ?""",
        """what are the signs of an overdose?
        how would I recognise an overdose?
        what should I do in case of overdose?
        overdose symptoms?
        what is a baclofen overdose?""",
    ),
    "under_18": (
        """j'ai 16 ans
        mon fils de 15 ans peut en prendre ?
        c'est possible pour un ado ?
        je suis mineur
        quel est l'âge minimum ?
        ma fille de 17 ans boit, elle peut en prendre ?""",
        """I'm 16
        can my 15 year old take it?
        my daughter is 15, can she take it?
        is baclofen ok for teenagers?
        is there a minimum age?
        I'm a minor""",
    ),
    "older": (
        """j'ai 72 ans, c'est adapté ?
        et pour les patients de plus de 70 ans ?
        ma mère de 78 ans prend du baclofène
        à mon âge c'est risqué ?
        c'est dangereux chez les personnes âgées ?""",
        """patients over 70, is there a rule?
        is it ok for elderly people?
        my mother is 81, is it safe for her?
        am I too old for baclofen?
        I'm 74""",
    ),
    "serious_effects": (
        """le baclofène peut donner des hallucinations ?
        est-ce que ça peut rendre maniaque ?
        le baclofène peut provoquer une confusion ?
        quels sont les effets graves ?
        le baclofène peut-il donner des idées suicidaires ?""",
        """can baclofen cause hallucinations?
        can baclofen make me manic?
        does baclofen cause confusion?
        what are the serious side effects?
        can it cause suicidal thoughts?""",
    ),
    "allergy": (
        "je suis allergique au baclofène\nallergie au baclofène, que faire ?",
        "I'm allergic to baclofen\nallergic reaction to it, what do I do?",
    ),
    "intolerance": (
        "je suis intolérant au lactose\nest-ce qu'il y a du gluten dedans ?\nje suis cœliaque",
        "I am lactose intolerant\nI have a wheat allergy\nis there gluten in the tablets?",
    ),
    "ulcer": ("j'ai un ulcère à l'estomac\nulcère gastrique dans le passé", "I had a stomach ulcer\nduodenal ulcer years ago"),
    "psychiatric_history": (
        "je suis bipolaire\nj'ai des antécédents de dépression\nfaut-il voir un psychiatre avant ?\nje suis schizophrène",
        "I am bipolar\nhistory of depression, is that a problem?\ndo I need to see a psychiatrist first?\nI had a major depression",
    ),
    "heart": ("j'ai une insuffisance cardiaque\npacemaker et baclofène ?", "I have a heart condition\nI've got atrial fibrillation"),
    "liver": ("j'ai une cirrhose\nle baclofène est-il dangereux pour le foie ?", "I have cirrhosis\nis it safe for my liver?"),
    "stroke": ("j'ai eu un AVC\nj'ai déjà fait un AVC en 2019", "I had a stroke last year\nmini stroke in 2019"),
    "lungs": ("je suis asthmatique\nBPCO sévère", "I have COPD\nasthma and baclofen?"),
    "diabetes": ("je suis diabétique\nglycémie et baclofène ?", "I'm diabetic, can I go up?\ndoes it raise blood sugar?"),
    "urinary": ("j'ai une rétention urinaire\nje suis sondé, vessie neurologique", "I have a neurogenic bladder\nI use a catheter"),
    "parkinson": ("j'ai la maladie de Parkinson\nParkinson et baclofène ?", "I have Parkinson's\nmy dad has parkinson's"),
    "no_effect": (
        """ça ne marche pas après 3 mois
        aucun effet depuis 3 mois
        le baclofène ne me fait rien
        et si le traitement ne marche pas ?
        toujours aucun effet""",
        """it doesn't work after three months
        no effect after 3 months
        baclofen does nothing for me
        what if it never works?
        the treatment hasn't helped""",
    ),
    "half_life": (
        """c'est quoi la demi-vie du baclofène ?
        combien de temps ça reste dans le sang ?
        combien de temps dure une prise ?
        au bout de combien de temps c'est éliminé ?
        quelle est la demi-vie ?""",
        """what is the half-life?
        how long does it stay in my system?
        how long does one dose last?
        when does it wear off?
        how quickly is it eliminated?""",
    ),
    "indifference": (
        """c'est quoi l'indifférence ?
        comment savoir si je suis indifférent à l'alcool ?
        que se passe-t-il après l'indifférence ?
        ça fait quoi l'indifférence ?
        et quand l'envie a disparu ?""",
        """what is indifference?
        how do I know I've reached indifference?
        what comes after indifference?
        what does indifference feel like?
        what happens when the craving is gone?""",
    ),
    "habit": (
        "je bois par habitude\nle verre du soir c'est une habitude\nje bois encore par rituel sans envie",
        "I drink out of habit\nit's just a habit, the evening glass\nI drink as a ritual without craving",
    ),
    "targeting": (
        "c'est quoi le ciblage ?\nexpliquez-moi le ciblage\nça veut dire quoi cibler le craving ?",
        "what is targeting?\nexplain targeted dosing\nwhy target the craving?",
    ),
    "fractionation": (
        "c'est quoi le fractionnement ?\npourquoi fractionner les prises ?\nquel intérêt de fractionner ?",
        "what does fractionation mean?\nwhat's the point of fractionation?\nwhy split into smaller doses?",
    ),
    "impregnation": (
        "c'est quoi l'imprégnation ?\nl'imprégnation, quel intérêt ?",
        "what is impregnation?\nexplain the impregnation method",
    ),
    "consent_list": (
        "que dit le formulaire de consentement ?\nqu'est-ce que j'ai signé ?\nc'est quoi le consentement éclairé ?",
        "what is in the consent form?\nwhat did I sign?\ninformed consent, what does it say?",
    ),
    "figures": (
        """quel est le taux de réussite ?
        quelle est la dose moyenne ?
        combien de patients arrêtent de boire ?
        est-ce que c'est efficace ?""",
        "what is the success rate?\nwhat is the average dose?\nhow many people stop drinking with it?\nhow effective is it?",
    ),
}

# What looks like one of them and is not: what it must not be read as.
NOT_ASKED = [
    ("fr", "quelle est la dose maximale par jour ?", "largest_single"),
    ("en", "what is the maximum dose?", "largest_single"),
    ("fr", "combien je prends par prise ?", "largest_single"),
    ("en", "how much do I take per dose?", "largest_single"),
    ("en", "another missed dose, the 8am one", "days_missed"),
    ("fr", "je prends du baclofène depuis 16 ans", "under_18"),
    ("fr", "après 10 ans d'alcoolisme", "under_18"),
    ("en", "I'm 16 days sober", "under_18"),
    ("en", "I'm 45", "older"),
    ("en", "I'm at 70 mg", "older"),
    ("en", "can I go above 80?", "older"),
    ("en", "I started drinking again", "days_missed"),
    ("en", "when can I resume driving?", "days_missed"),
    ("fr", "16 jours sans boire", "days_missed"),
    ("fr", "j'ai oublié la prise de 13h", "days_missed"),
    ("en", "I took it three hours late", "days_missed"),
    ("fr", "jai avaler mes 3 comprimés avc le diner", "stroke"),
    ("en", "can it drive me crazy?", "driving"),
    ("en", "the reminder doesn't work", "no_effect"),
    ("fr", "comment fractionner mes 70 mg ?", "fractionation"),
    ("en", "how long does the treatment last", "half_life"),
]


def asked() -> Iterator[tuple[str, str, str]]:
    for topic, (french, english) in ASKED.items():
        yield from (("fr", line.strip(), topic) for line in french.splitlines())
        yield from (("en", line.strip(), topic) for line in english.splitlines())


@pytest.fixture(name="reader", scope="module")
def _reader() -> Reader:
    return minds().reader


def read(reader: Reader, text: str, language: str) -> Meaning:
    return reader.read(text, now=NOW, timezone="Europe/Paris", language=language)


@pytest.mark.parametrize(("language", "says", "topic"), list(asked()))
def test_a_question_is_read_as_its_topic(reader: Reader, language: str, says: str, topic: str) -> None:
    meaning = read(reader, says, language)
    assert (meaning.confidence, meaning.slots.get("topic")) == ("sure", topic)


@pytest.mark.parametrize(("language", "says", "topic"), NOT_ASKED)
def test_what_only_looks_like_it_is_read_otherwise(reader: Reader, language: str, says: str, topic: str) -> None:
    assert read(reader, says, language).slots.get("topic") != topic


def test_every_topic_of_the_table_is_answered() -> None:
    assert set(ASKED) <= set(facts())


@pytest.mark.parametrize(
    ("language", "says", "supposed"),
    [
        ("en", "what happens if I miss several days?", True),
        ("fr", "qu'arrive-t-il si je rate plusieurs jours ?", True),
        ("en", "I missed 3 days, what do I do?", False),
        ("fr", "j'ai sauté 2 jours, je fais quoi ?", False),
    ],
)
def test_days_that_were_missed_are_told_from_days_that_might_be(reader: Reader, language: str, says: str, supposed: bool) -> None:
    meaning = read(reader, says, language)
    assert meaning.slots["topic"] == "days_missed"
    assert meaning.slots.get("supposed", False) is supposed


@pytest.mark.parametrize(
    ("language", "says"), [("en", "3 hours without my tablet, what do I do?"), ("fr", "40 minutes sans mon comprimé, que faire ?")]
)
def test_hours_without_are_a_late_intake_and_no_day_missed(reader: Reader, language: str, says: str) -> None:
    assert read(reader, says, language).slots["topic"] == "missed_dose"


MEDICINES = [
    ("fr", "je prends du Librium", "chlordiazepoxide"),
    ("fr", "je prends du Noctamide", "lormetazepam"),
    ("fr", "je prends du Tiapridal", "tiapride"),
    ("fr", "je suis sous Haldol", "haloperidol"),
    ("fr", "je prends du périndopril", "perindopril"),
    ("fr", "je prends de l'oxybate de sodium", "sodium_oxybate"),
    ("fr", "je prends de la Lamaline", "opium"),
    ("fr", "je prends un traitement pour le diabète", "antidiabetic"),
    ("fr", "un médicament qui fait chuter la tension quand je me lève", "pressure_lowering"),
    ("fr", "je prends du Codoliprane", "codeine"),
    ("en", "I take Librium", "chlordiazepoxide"),
    ("en", "I take temazepam", "temazepam"),
    ("en", "I'm on trazodone", "trazodone"),
    ("en", "I take haloperidol", "haloperidol"),
    ("en", "I use GHB", "sodium_oxybate"),
    ("en", "I take Vicodin", "hydrocodone"),
    ("en", "I take hydrocodone", "hydrocodone"),
    ("en", "I take an MAOI", "maoi"),
    ("en", "I take lisinopril", "lisinopril"),
    ("en", "I take a drug that damages the kidneys", "kidney_harming"),
    ("en", "I do cocaine sometimes", "cocaine"),
]


@pytest.mark.parametrize(("language", "says", "substance"), MEDICINES)
def test_a_medicine_is_recognised_by_its_names(reader: Reader, language: str, says: str, substance: str) -> None:
    meaning = read(reader, says, language)
    assert (meaning.confidence, meaning.slots.get("topic")) == ("sure", "interaction")
    assert meaning.slots["substances"] == [substance]
