from __future__ import annotations

from copy import deepcopy
from dataclasses import replace

import numpy as np
import pytest
import torch
from parsers.chart.every_tree import random_scores, totals

from treebanks.parsing import ParsingTreebank
from treenn.models.vectors import WordVectors
from treenn.parsers.chart import ChartParser, train
from treenn.parsers.chart.chart_settings import in_fold
from treenn.parsers.chart.cky import Scores
from treenn.parsers.chart.distribution import TreeDistribution
from treenn.parsers.chart.examples import SoftTargetBatch, SoftTargets, example, stack, unlabelled_example
from treenn.parsers.chart.margin_loss import compute_loss, distill_loss
from treenn.parsers.chart.soft_targets import soft_targets, targets_of_unseen, without_rare
from treenn.parsers.chart.spans import row
from treenn.trees import InputError


def silent(done: int, total: int, text: str) -> None:
    """Ignore progress."""


@pytest.fixture(scope="module")
def teachers(reviews, tiny) -> list[ChartParser]:
    """Two parsers, each trained on half of the trees."""
    few = ParsingTreebank("few", {"train": reviews.splits["train"][:40], "dev": reviews.splits["dev"][:5]})
    return [train(few, replace(tiny, epochs=1, fold=fold))[0] for fold in ("1/2", "2/2")]


def sentences(treebank: ParsingTreebank) -> list[tuple[str, ...]]:
    return [tree.words for tree in treebank.splits["train"][:40]]


def taught(teachers, *asked) -> list[SoftTargets]:
    """The soft targets of whole sentences."""
    return soft_targets(teachers, asked, silent)


def softened(parser: ChartParser) -> ChartParser:
    """An uncertain parser, unlike one trained on a simple language."""
    parser = deepcopy(parser)
    with torch.no_grad():
        parser.network.parts.weight.mul_(0.1)
        parser.network.node.weight.mul_(0.1)
    return parser


def test_a_teacher_has_not_seen_its_fold(teachers, reviews):
    for teacher, fold in zip(teachers, ("1/2", "2/2"), strict=True):
        seen = {word.lower() for words in sentences(reviews) if not in_fold(words, fold) for word in words}
        assert set(teacher.vocabulary.words[1:]) <= seen


def is_the_lesson(targets: SoftTargets, splits: torch.Tensor) -> bool:
    """True if the soft targets equal these split probabilities after removal of the rare splits."""
    nodes, kept = without_rare(splits)
    found = torch.zeros(kept.numel())
    found[torch.from_numpy(targets.indices).long()] = torch.from_numpy(targets.splits)
    return torch.allclose(found, kept.flatten()) and torch.allclose(torch.from_numpy(targets.nodes), nodes[0])


def test_soft_targets_come_from_held_out_teachers(teachers, reviews):
    for words, targets in zip(sentences(reviews), taught(teachers, *sentences(reviews)), strict=True):
        right, wrong = teachers if in_fold(words, "1/2") else teachers[::-1]
        assert is_the_lesson(targets, right.distribution(words).posterior.splits)
        assert not is_the_lesson(targets, wrong.distribution(words).posterior.splits)


def test_large_scores_give_single_precision_targets(teachers, reviews):
    large = deepcopy(teachers[0])
    with torch.no_grad():
        large.network.node.weight.mul_(1e5)
    words = next(words for words in sentences(reviews) if in_fold(words, "1/2"))
    (targets,) = taught([large], words)
    assert large.distribution(words).posterior.splits.dtype == torch.float64
    assert targets.splits.dtype == targets.nodes.dtype == np.float32


def test_two_teachers_of_one_fold_are_averaged(teachers, reviews, tiny):
    other = deepcopy(teachers[1])
    other.networks[0].settings = replace(tiny, fold="1/2")
    words = next(words for words in sentences(reviews) if in_fold(words, "1/2"))
    [targets] = taught([teachers[0], other], words)
    one, two = (teacher.distribution(words).posterior.splits for teacher in (teachers[0], other))
    assert is_the_lesson(targets, (one + two) / 2)
    assert not is_the_lesson(targets, one)


@pytest.mark.slow  # many sentences
def test_pruned_distribution_is_normalized(parser):
    """Moving score from a span's splits to the span changes no tree's score, hence not the expected score."""
    words = ["The", "laptop", "had", "no", "finesse", "and", "a", "very", "good", "price", "."]
    posterior = softened(parser).distribution(words).posterior
    nodes, splits = without_rare(posterior.splits)
    n = len(words)
    assert 0 < int((splits > 0).sum()) < int((posterior.splits > 0).sum())
    assert splits.sum().item() == pytest.approx(n - 1, abs=1e-4)
    torch.testing.assert_close(splits, posterior.splits, atol=0.05, rtol=0)
    for start in range(n):
        for end in range(start + 1, n + 1):
            whole = nodes[0, row(n, start, end)].sum() if end - start < n else torch.tensor(1.0)
            if end - start > 1:
                torch.testing.assert_close(splits[0, start, :, end].sum(), whole, atol=1e-5, rtol=1e-5)
            left, right = splits[0, start, end].sum(), splits[0, :, start, end].sum()
            torch.testing.assert_close(nodes[0, row(n, start, end)], torch.stack([left, right]), atol=1e-5, rtol=1e-5)


def test_sentence_seen_by_all_teachers_is_refused(teachers, reviews):
    with pytest.raises(InputError, match=r"every teacher was trained on \d+ of the sentences, such as"):
        taught(teachers[:1], *sentences(reviews))


def test_without_teachers_there_are_no_targets(reviews):
    assert taught([], *sentences(reviews)[:3]) == [None, None, None]


def test_distill_loss_is_cross_entropy_over_trees():
    scores, opinion = (Scores(*(part.float() for part in random_scores(5, batch=2))) for _ in range(2))
    opinion = Scores(opinion.nodes.flip(1), opinion.splits.flip(2))
    posterior = TreeDistribution(opinion).posterior
    given = SoftTargetBatch(torch.tensor([1]), posterior.nodes[1:], posterior.splits[1:])
    expected = -(totals(opinion, 1).softmax(0) * totals(scores, 1).log_softmax(0)).sum()
    torch.testing.assert_close(distill_loss(TreeDistribution(scores), given), expected.unsqueeze(0))


def test_distill_weight_scales_selected_sentences(teachers, parser, reviews):
    parser = deepcopy(parser)
    network, length = parser.network, len(sentences(reviews)[0])
    trees = [tree for tree in reviews.splits["train"][:40] if len(tree.words) == length]
    bare = [example(tree, parser.vocabulary, network.inventory) for tree in trees]
    learned = [bare[0]._replace(soft_targets=taught(teachers, trees[0].words)[0]), *bare[1:]]

    def loss(examples, share):
        network.settings = replace(network.settings, distill_weight=share)
        return compute_loss(network, stack(examples)).item()

    assert len(trees) > 1
    assert loss(learned, 0.0) == pytest.approx(loss(bare, 0.5))
    assert loss(learned, 0.25) == pytest.approx(0.75 * loss(learned, 0.0) + 0.25 * loss(learned, 1.0))
    others = loss(bare[1:], 0.5) * len(bare[1:]) / len(bare)  # the loss is the mean over sentences
    assert loss(learned, 1.0) - others == pytest.approx(loss(learned[:1], 1.0) / len(bare), rel=1e-4)


def test_own_soft_targets_cost_the_entropy(parser, reviews):
    parser = softened(parser)
    [tree] = reviews.splits["train"][:1]
    fold = next(fold for fold in ("1/2", "2/2") if in_fold(tree.words, fold))
    parser.network.settings = replace(parser.network.settings, distill_weight=1.0, fold=fold)
    [targets] = taught([parser], tree.words)
    found = compute_loss(parser.network, stack([example(tree, parser.vocabulary, parser.network.inventory, targets)]))
    assert found.item() == pytest.approx(parser.distribution(tree.words).entropy.item(), rel=0.02)
    assert found.item() > 0.5


def test_distillation_changes_training_reproducibly(teachers, reviews, tiny):
    few = ParsingTreebank("few", {"train": reviews.splits["train"][:40], "dev": reviews.splits["dev"][:5]})
    settings = replace(tiny, epochs=1)
    first, second, alone = (train(few, settings, teachers=some)[0] for some in (teachers, teachers, ()))
    weights = [parser.network.state_dict() for parser in (first, second, alone)]
    assert all(torch.equal(tensor, weights[1][name]) for name, tensor in weights[0].items())
    assert not torch.equal(weights[0]["node.weight"], weights[2]["node.weight"])


def test_unlabelled_sentences_learn_the_teachers_distribution(teachers, parser, reviews):
    words = reviews.splits["dev"][0].words
    [target] = targets_of_unseen(teachers, [words], silent)
    mean = sum(teacher.distribution(words).posterior.splits for teacher in teachers) / len(teachers)
    shown = stack([unlabelled_example(words, parser.vocabulary, target)])
    torch.testing.assert_close(shown.soft_targets.splits, mean.float(), atol=0.02, rtol=0)
    loss = compute_loss(parser.network, shown).item()
    assert loss == pytest.approx(distill_loss(parser.distribution(words), shown.soft_targets).item(), rel=1e-4)


def test_training_reads_unlabelled_sentences(teachers, reviews, tiny):
    few = ParsingTreebank("few", {"train": reviews.splits["train"][:40], "dev": reviews.splits["dev"][:5]})
    more = [["unheardof", "word", "word", "here"], ["a", "b"], ["x"] * (tiny.longest + 1)]
    settings = replace(tiny, epochs=1)
    whole = [softened(teacher) for teacher in teachers]
    for teacher in whole:
        teacher.network.settings = replace(teacher.network.settings, fold="")
    vectors = [WordVectors({word: np.ones(8, dtype=np.float32) for word in ("unheardof", "word")})]
    how = {"teachers": whole, "unlabelled": more}
    first, second, alone = (train(few, settings, vectors=vectors, **each)[0] for each in (how, how, {}))
    assert "word" in first.vocabulary.words and "unheardof" not in first.vocabulary.words
    assert torch.equal(first.network.node.weight, second.network.node.weight)
    assert not torch.equal(first.network.node.weight, alone.network.node.weight)
    with pytest.raises(InputError, match=r"^unlabelled: must be combined with teachers"):
        train(few, settings, unlabelled=more)


def test_a_fold_that_leaves_nothing_is_refused(reviews, tiny):
    [tree] = reviews.splits["train"][:1]
    fold = next(fold for fold in ("1/2", "2/2") if in_fold(tree.words, fold))
    one = ParsingTreebank("one", {"train": (tree,), "dev": (tree,)})
    with pytest.raises(InputError, match=f"^fold {fold}: holds out every tree of one; must leave one to train on"):
        train(one, replace(tiny, fold=fold))
