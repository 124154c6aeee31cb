"""Named initialization schemes of tree cells and sequence networks."""

import pytest
import torch
from torch import Tensor, nn
from toy import toy_treebank

from treenn.cells import BinaryTreeLSTM, Cell, ChildSumTreeLSTM
from treenn.encoders import BidirectionalTreeEncoder, Encoder
from treenn.encoders.initialization import INITIALIZATIONS, initialize, recurrent_weights
from treenn.models.building import build
from treenn.models.names import ENCODERS
from treenn.models.settings import Settings
from treenn.models.vocabulary import Vocabulary
from treenn.sequences import GRU, LSTM, Elman, PeepholeLSTM, Stacked, bidirectional
from treenn.trees import InputError

VOCABULARY = Vocabulary.of(toy_treebank(train=5).train)
NO_STATE_IS_READ = {"average", "deep-average", "cnn", "transformer"}


class PlainCell(Cell):
    """A user-defined cell, which declares nothing about its matrices."""

    def __init__(self, input_size: int, size: int) -> None:
        super().__init__(input_size, state_size=size)
        self.word, self.pair = nn.Linear(input_size, size), nn.Linear(2 * size, size)

    def leaf(self, x: Tensor) -> Tensor:
        return torch.tanh(self.word(x))

    def compose(self, left: Tensor, right: Tensor) -> Tensor:
        return torch.tanh(self.pair(torch.cat([left, right], dim=1)))


def encoder(name: str, **settings: object) -> Encoder:
    return build(Settings(model=name, size=6, word_size=12, **settings), 5, VOCABULARY).encoder


@pytest.mark.parametrize("name", [each for each in ENCODERS if each not in NO_STATE_IS_READ | {"neural-ngram"}])
def test_only_matrices_that_read_states_start_anew(name: str) -> None:
    own, identity = encoder(name), encoder(name, initialization="identity")
    found = {weight.data_ptr() for weight, _ in recurrent_weights(identity)}
    for weight, (path, before) in zip(identity.parameters(), own.named_parameters(), strict=True):
        again = name == "elman-relu" and "hh" in path  # which starts at the identity by itself
        assert torch.equal(weight, before) == (weight.data_ptr() not in found or again), path


@pytest.mark.parametrize("name", sorted(NO_STATE_IS_READ))
def test_networks_without_recurrent_matrix_refuse_initialization(name: str) -> None:
    with pytest.raises(InputError, match=f"initialization xavier: {name} does not support initialization"):
        encoder(name, initialization="xavier")


@pytest.mark.parametrize(
    ("network", "names"),
    [
        (PlainCell(3, 4), {"pair.weight"}),
        (BinaryTreeLSTM(8, 4), {"U"}),  # as wide as two states: recognized by its use in compose, not by its shape
        (ChildSumTreeLSTM(4, 4), {"U"}),
        (BidirectionalTreeEncoder(BinaryTreeLSTM(3, 4), 2), {"cell.U", "U"}),
        (LSTM(4, 4), {"lstm.weight_hh_l0"}),
        (bidirectional(GRU, 3, 4), {"ahead.gru.weight_hh_l0", "behind.gru.weight_hh_l0"}),
        (Stacked(Elman(3, 4), PeepholeLSTM(4, 4)), {"networks.0.rnn.weight_hh_l0", "networks.1.U"}),
        (nn.LSTM(3, 4, num_layers=2), {"weight_hh_l0", "weight_hh_l1"}),
    ],
)
def test_the_rule_finds_them(network: nn.Module, names: set[str]) -> None:
    names_of = {parameter.data_ptr(): name for name, parameter in network.named_parameters()}
    assert {names_of[weight.data_ptr()] for weight, _ in recurrent_weights(network)} == names


@pytest.mark.parametrize("network", [nn.LSTM(3, 4), BinaryTreeLSTM(3, 4)])
def test_each_gate_starts_for_itself(network: nn.Module) -> None:
    torch.manual_seed(0)
    weight = network.weight_hh_l0 if isinstance(network, nn.LSTM) else network.U
    gates = weight.detach().split(4)
    eye = torch.eye(4)
    initialize(network, "orthogonal")
    for gate in gates:
        torch.testing.assert_close(gate @ gate.t(), eye)
    assert not torch.equal(gates[0], gates[1])
    initialize(network, "identity")
    for gate in gates:
        assert torch.equal(gate, torch.cat([eye, eye], dim=1) / 2 if gate.shape[1] == 8 else eye)
    initialize(network, "xavier")
    limit = (6 / sum(gates[0].shape)) ** 0.5
    assert 0.8 * limit < max(float(gate.abs().max()) for gate in gates) <= limit


def test_seed_fixes_weights_and_search_draws_nothing() -> None:
    first, again = (encoder("gated-recursive", initialization="orthogonal") for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), again.parameters(), strict=True))
    torch.manual_seed(0)
    expected = torch.rand(3)
    cell = encoder("gated-recursive").cell
    torch.manual_seed(0)
    list(recurrent_weights(cell))
    assert torch.equal(torch.rand(3), expected)


def test_two_children_become_their_mean_at_the_identity() -> None:
    cell = PlainCell(3, 4)
    initialize(cell, "identity")
    nn.init.zeros_(cell.pair.bias)
    left, right = torch.randn(2, 5, 4)
    torch.testing.assert_close(cell.compose(left, right), torch.tanh((left + right) / 2))


@pytest.mark.parametrize(
    "name",
    ["tree-lstm", "child-sum-tree-lstm", "bidirectional-tree-lstm", "lstm", "bilstm", "stacked-lstm", "lstm-peephole"],
)
def test_forget_biases_start_where_a_recipe_says(name: str) -> None:
    before, after = encoder(name), encoder(name, forget_bias=2.5)
    changed = [
        new[new != old] for old, new in zip(before.parameters(), after.parameters(), strict=True) if (new != old).any()
    ]
    value = 1.25 if any(isinstance(module, nn.LSTM) for module in after.modules()) else 2.5  # torch adds two biases
    assert changed
    assert all((biases == value).all() for biases in changed)
    assert sum(map(len, changed)) == {"stacked-lstm": 24, "lstm": 12, "bilstm": 12}.get(name, 6), "nothing else changes"


def test_forget_biases_are_what_the_gate_adds() -> None:
    peephole, cell = PeepholeLSTM(3, 2, forget_bias=50.0), ChildSumTreeLSTM(3, 2, forget_bias=50.0)
    i, f, g, _ = peephole.b.split(2)
    assert (f == 50).all()
    assert (torch.cat([i, g]) < 50).all()
    h, c = torch.zeros(1, 2), torch.tensor([[7.0, -7.0]])
    parent = cell.compose(torch.cat([h, c], dim=1), torch.zeros(1, 4))
    assert (parent[:, 2:] - c).abs().max() < 1.01, "an open gate lets all of c through"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"forget_bias": 1.0}, "forget_bias 1.0: tree-gru does not support forget bias"),
        ({"cell_dropout": 0.2}, "cell_dropout 0.2: tree-gru does not support cell dropout"),
        ({"tbptt_steps": 5}, "tbptt_steps 5: tree-gru does not support tbptt steps"),
    ],
)
def test_unsupported_initialization_is_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        encoder("tree-gru", **options)


@pytest.mark.parametrize("name", ["tree-lstm", "lstm", "bilstm", "gated-recursive"])
def test_cell_dropout_reaches_the_cells(name: str) -> None:
    found = [m.cell_dropout for m in encoder(name, cell_dropout=0.3).modules() if hasattr(m, "cell_dropout")]
    assert found == [0.3] * (2 if name == "bilstm" else 1)


@pytest.mark.parametrize("name", ["lstm", "gru", "elman", "jordan", "bilstm", "stacked-lstm", "lstm-peephole"])
def test_truncation_reaches_the_networks(name: str) -> None:
    found = [m.tbptt_steps for m in encoder(name, tbptt_steps=4).modules() if hasattr(m, "tbptt_steps")]
    assert found == [4] * (2 if name in ("bilstm", "stacked-lstm") else 1)


def test_every_initialization_is_a_choice_of_settings() -> None:
    for name in INITIALIZATIONS:
        encoder("tree-lstm", initialization=name)
    with pytest.raises(InputError, match="initialization zero: must be default, orthogonal, identity or xavier"):
        Settings(initialization="zero")
