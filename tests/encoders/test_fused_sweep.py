"""The fused sweep, compared with autograd's, and under hooks, compilation, AMP and DDP."""

import time
from pathlib import Path

import pytest
import torch
import torch.distributed as dist
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import ByAutograd
from strategies import trees_in_any_order
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

import treenn.encoders.sweep as engine
from treenn.cells import BinaryTreeLSTM
from treenn.encoders import TreeEncoder, pack
from treenn.trees import Tree, parse_trees

TREES = parse_trees("(0 (0 (0 a) (0 b)) (0 (0 c) (0 (0 a) (0 b))))  (0 f)  (0 (0 a) (0 b))", classes=5)


def both(dtype: torch.dtype) -> tuple[TreeEncoder, TreeEncoder]:
    torch.manual_seed(0)
    fast, plain = TreeEncoder(BinaryTreeLSTM(6, 8)).to(dtype), TreeEncoder(ByAutograd(6, 8)).to(dtype)
    plain.load_state_dict(fast.state_dict())
    return fast, plain


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-6), (torch.float64, 1e-12)])
@pytest.mark.parametrize("share", [False, True])
@settings(deadline=None, max_examples=30)
@given(trees=st.lists(trees_in_any_order(), min_size=1, max_size=6))
def test_both_ways_agree(dtype: torch.dtype, tolerance: float, share: bool, trees: list[Tree]) -> None:
    forest = pack(trees, dedup=share)
    results = []
    for encoder in both(dtype):
        torch.manual_seed(1)
        x = torch.randn(len(forest.words), 6, dtype=dtype, requires_grad=True)
        states = encoder(forest, x)
        # divided, so that gradients have the scale of a mean's, for which the tolerance is meant
        (states * torch.randn_like(states) / len(states)).sum().backward()
        grads = [torch.zeros_like(p) if p.grad is None else p.grad for p in encoder.parameters()]
        results.append([states.detach(), x.grad, *grads])
    for fast, plain in zip(*results, strict=True):
        torch.testing.assert_close(fast, plain, rtol=tolerance, atol=tolerance)


def test_going_backward_twice_gives_the_same_gradients_twice() -> None:
    encoder, _ = both(torch.float64)
    forest = pack(TREES)
    x = torch.randn(len(forest.words), 6, dtype=torch.float64, requires_grad=True)
    loss = encoder(forest, x).sum()
    first = torch.autograd.grad(loss, [x, *encoder.parameters()], retain_graph=True)
    second = torch.autograd.grad(loss, [x, *encoder.parameters()])
    assert all(torch.equal(a, b) for a, b in zip(first, second, strict=True))


def test_one_matmul_per_level_plus_one_weight_gradient(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    monkeypatch.setenv("TREENN_KERNELS", "torch")
    for name in ("product", "weight_gradient"):
        real = getattr(engine, name)
        monkeypatch.setattr(
            engine, name, lambda *arguments, name=name, real=real: calls.append(name) or real(*arguments)
        )
    encoder, _ = both(torch.float32)
    forest = pack(TREES)
    states = encoder(forest, torch.randn(len(forest.words), 6, requires_grad=True))
    assert calls == ["product"] * (len(forest.level_sizes) - 1)
    calls.clear()
    states.sum().backward()
    assert calls == ["product"] * (len(forest.level_sizes) - 1) + ["weight_gradient"]


@pytest.mark.slow
def test_a_forest_of_a_million_nodes() -> None:
    encoder = TreeEncoder(BinaryTreeLSTM(2, 2))
    tree = parse_trees("(0 (0 (0 a) (0 b)) (0 (0 c) (0 (0 d) (0 e))))", classes=5)[0]
    forest = pack([tree] * 111_112)
    x = torch.randn(len(forest.words), 2, requires_grad=True)
    encoder(forest, x).sum().backward()
    assert torch.isfinite(x.grad).all()
    assert (x.grad != 0).any(dim=1).all()
    assert len(forest.labels) > 1_000_000


def test_autocast_computes_in_bfloat16_and_learns_in_float32() -> None:
    encoder, _ = both(torch.float32)
    forest, x = pack(TREES), torch.randn(8, 6)
    exact = encoder(forest, x)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        rough = encoder(forest, x)
        rough.sum().backward()
    assert not torch.equal(rough.float(), exact)
    torch.testing.assert_close(rough.float(), exact, rtol=0.05, atol=0.02)
    assert all(parameter.grad.dtype == torch.float32 for parameter in encoder.parameters())
    assert all((parameter.grad != 0).any() for parameter in encoder.parameters())


@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor that is not a leaf")  # torch's own, inside dynamo
def test_a_compiled_model_computes_the_same() -> None:
    encoder, _ = both(torch.float32)
    head = nn.Linear(8, 5)

    def model(x: Tensor) -> Tensor:
        return head(encoder(forest, torch.tanh(x)))

    forest, x = pack(TREES), torch.randn(8, 6, requires_grad=True)
    plain = model(x)
    expected = torch.autograd.grad(plain.sum(), [x, *encoder.parameters()])
    compiled = torch.compile(model, backend="aot_eager")(x)
    torch.testing.assert_close(compiled, plain)
    for ours, theirs in zip(torch.autograd.grad(compiled.sum(), [x, *encoder.parameters()]), expected, strict=True):
        torch.testing.assert_close(ours, theirs)


def gradients_of_two_processes(rank: int, parts: list[list[Tree]], x: list[Tensor]) -> None:
    encoder, alone = TreeEncoder(BinaryTreeLSTM(6, 8)), TreeEncoder(BinaryTreeLSTM(6, 8))
    for parameter in encoder.parameters():
        nn.init.normal_(parameter)
    alone.load_state_dict(encoder.state_dict())
    parallel = DistributedDataParallel(encoder)
    parallel(pack(parts[rank]), x[rank]).sum().backward()
    (sum(alone(pack(part), rows).sum() for part, rows in zip(parts, x, strict=True)) / 2).backward()
    for ours, theirs in zip(encoder.parameters(), alone.parameters(), strict=True):
        torch.testing.assert_close(ours.grad, theirs.grad)


def one_of_two(rank: int, rendezvous: str) -> None:
    dist.init_process_group("gloo", init_method=f"file://{rendezvous}", rank=rank, world_size=2)
    torch.manual_seed(0)
    parts = [TREES[:1], TREES[1:]]
    gradients_of_two_processes(rank, parts, [torch.randn(sum(len(tree.words) for tree in part), 6) for part in parts])
    dist.barrier()  # neither process closes its connections while the other still uses them
    dist.destroy_process_group()


@pytest.mark.slow
def test_two_processes_share_their_gradients(tmp_path: Path) -> None:
    processes = torch.multiprocessing.spawn(one_of_two, args=(str(tmp_path / "meet"),), nprocs=2, join=False)
    deadline = time.monotonic() + 60
    try:
        while not processes.join(timeout=1, grace_period=5):
            assert time.monotonic() < deadline, "two processes did not end within a minute"
    finally:
        for process in processes.processes:
            process.kill()
