from collections.abc import Callable
from functools import partial

import pytest
import torch

from treenn.bench.products import Layout, Product, buffers, by_torch, by_treenn, peak_rate, recorded, replay
from treenn.bench.steps import SIZE, X_SIZE, BenchTask, training_step
from treenn.trees import parse_trees

# Words 5, inner nodes 2 on level 1 and 1 on level 2.
TREES = parse_trees("(1 (2 (0 not) (1 so)) (3 bad))  (4 (3 good) (2 fun))", classes=5)
WORDS = ("not", "so", "bad", "good", "fun")


def flops_of(name: str, share: bool = True, trees=TREES) -> int:
    step = training_step(name, BenchTask(WORDS, classes=5, dtype=torch.float64, dedup=share))
    return sum(product.flops for product in recorded(partial(step, trees)))


def test_tree_lstm_flops_match_a_hand_count() -> None:
    leaf, compose, head = X_SIZE * 3 * SIZE, 2 * SIZE * 5 * SIZE, SIZE * 5
    # Each product forward has two of its size backward: for its input and for its weights.
    assert flops_of("tree-lstm") == 3 * 2 * (5 * leaf + 3 * compose + 8 * head)


def test_shared_subtrees_are_multiplied_once() -> None:
    leaf, compose, head = X_SIZE * 3 * SIZE, 2 * SIZE * 5 * SIZE, SIZE * 5
    assert flops_of("tree-lstm", trees=TREES + TREES) == 3 * 2 * (5 * leaf + 3 * compose + 16 * head)
    assert flops_of("tree-lstm", share=False, trees=TREES + TREES) == 2 * flops_of("tree-lstm")


@pytest.mark.parametrize(("name", "gates"), [("nn.LSTM", 4), ("nn.GRU", 3)])
def test_recurrent_network_flops_match_a_hand_count(name: str, gates: int) -> None:
    word, state, head = X_SIZE * gates * SIZE, SIZE * gates * SIZE, SIZE * 5
    # The first state has no gradient: of 5 words the first of each sentence go without that product.
    assert flops_of(name) == 2 * (3 * 5 * word + (3 * 5 - 2) * state + 3 * 5 * head)


def test_every_kind_of_product_is_recorded() -> None:
    a, b = torch.ones(4, 2, 3), torch.ones(4, 3, 5)
    works: list[Callable[[], object]] = [
        lambda: a[0] @ b[0],
        lambda: torch.addmm(torch.ones(5), a[0], b[0]),
        lambda: torch.einsum("bij,bjk->bik", a, b),
        lambda: torch.baddbmm(torch.ones(4, 2, 5), a, b),
    ]
    assert [[product.flops for product in recorded(work)] for work in works] == [[60], [60], [240], [240]]
    assert recorded(lambda: a + 1) == recorded(lambda: a[0, :0] @ b[0]) == []


@pytest.mark.parametrize("n", [1, 3, 5, 50, 70])
@pytest.mark.parametrize("transposed", ["nothing", "left", "right"])
def test_both_kernels_compute_the_product(n: int, transposed: str) -> None:
    left = Layout((7, n), (1, 7)) if transposed == "left" else Layout((n, 7), (7, 1))
    inner = left.size[1]
    right = Layout((inner, 6), (1, inner)) if transposed == "right" else Layout((inner, 6), (6, 1))
    product = Product(left, right)
    factors = torch.randn(7 * n), torch.randn(6 * inner)
    expected = factors[0].as_strided(*left) @ factors[1].as_strided(*right)
    tables = buffers([product], "cpu")
    for table, numbers in zip(tables, factors, strict=True):
        table.zero_()[: len(numbers)] = numbers
    torch.testing.assert_close(by_torch(product, *tables)(), expected)
    torch.testing.assert_close(by_treenn(product, *tables)(), expected)


def test_a_replay_does_every_product_once() -> None:
    products = recorded(lambda: torch.ones(2, 3, 4) @ (torch.ones(4, 9) @ torch.ones(9, 5)))
    assert len(products) == 2
    assert recorded(replay(products, by_torch, *buffers(products, "cpu"))) == products


def test_a_rate_is_measured() -> None:
    assert peak_rate("cpu", size=64) > 1e6
