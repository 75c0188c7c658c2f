"""The second opinion on what a message does: what the linear classifier and the network make of it together, in equal parts.

The one knows the turns of phrase of our sayings, with figures, hours and names out of the way; the other words that no saying holds.
Which answer a question asks for, the network tells alone.
"""

from __future__ import annotations

from bot.understanding.intent_linear import IntentLinear, Likeness, shares
from bot.understanding.network import Network

SHARE = 0.5
"""How much the network's word is of both."""


class SecondOpinion:
    """Both together, for one language. Holds no state; may be shared by threads."""

    def __init__(self, linear: IntentLinear, network: Network | None) -> None:
        """Without a network (another language than those it was taught) the linear classifier stands alone."""
        self._linear, self._network = linear, network

    def of(self, text: str, masked: str, *, asks: bool, whole: bool) -> tuple[Likeness, ...]:
        """Every intent, the likeliest first. `masked`: the text with names in place of what was recognised; `whole` is False for
        a text that is longer than any message, of which the linear classifier reads the beginning. Never raises."""
        opinion = self._linear.opinion(masked, asks=asks)
        if self._network is None or not whole:
            return opinion
        told = shares(self._network.heard(text).intents)
        beside = dict(zip(self._network.weights.intents, told, strict=True))
        both = (Likeness(one.intent, (1 - SHARE) * one.share + SHARE * beside.get(one.intent, 0.0)) for one in opinion)
        return tuple(sorted(both, key=lambda one: (-one.share, one.intent)))

    def topics(self, text: str, *, whole: bool) -> tuple[tuple[str, float], ...]:
        """The topics of answers that a question may ask for, the likeliest first, with their shares; all together they are 1. None
        without a network, or for a text that is longer than any message. Never raises."""
        if self._network is None or not whole:
            return ()
        told = zip(self._network.weights.topics, shares(self._network.heard(text).topics), strict=True)
        return tuple(sorted(told, key=lambda one: (-one[1], one[0])))
