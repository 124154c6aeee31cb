"""Agreement with human tokenization, compared with manual counts and on real data."""

from pathlib import Path

import pytest

from treenn.text.tokenizer_evaluation import Agreement, evaluate_tokenizer, read_paragraphs
from treenn.trees import InputError


def conllu(*sentences: tuple[str, str]) -> str:
    """Texts with their words, separated by spaces; `a+b` is a multiword token."""
    return "\n".join(_sentence(text, words.split(" ")) for text, words in sentences)


def _sentence(text: str, words: list[str]) -> str:
    lines, number = [f"# text = {text}"], 1
    for word in words:
        parts = word.split("+")
        if len(parts) > 1:
            lines.append(f"{number}-{number + len(parts) - 1}\t{''.join(parts)}" + "\t_" * 8)
        for part in parts:
            lines.append(f"{number}\t{part}" + "\t_" * 8)
            number += 1
    return "\n".join(lines) + "\n"


def test_counts_are_those_made_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "gold.conllu"
    path.write_text(conllu(("I don't.", "I do+n't ."), ("A well-made film", "A well - made film")), encoding="utf-8")
    found = evaluate_tokenizer(path)
    assert found["tokens"] == {
        "correct": 6, "predicted": 7, "gold": 9, "precision": 6 / 7, "recall": 6 / 9, "f1": 12 / 16,
    }  # fmt: skip
    assert found["tokens_at_hyphens"]["f1"] == found["sentences"]["f1"] == 1
    assert found["differences"] == [["well - made", "well-made", 1]]
    assert (found["skipped"], found["kinds"]) == (0, {"compound": 1})


def test_no_tokens_at_all_have_no_agreement() -> None:
    assert Agreement(0, 0, 0).f1 == Agreement(0, 0, 0).precision == 0


def test_paragraphs_with_other_words_are_skipped(tmp_path: Path) -> None:
    path = tmp_path / "gold.conllu"
    path.write_text(conllu(("one two", "one three")), encoding="utf-8")
    assert evaluate_tokenizer(path)["skipped"] == 1


def test_paragraphs_are_read_with_their_sentences(tmp_path: Path) -> None:
    path = tmp_path / "gold.conllu"
    path.write_text(conllu(("a", "a"), ("b", "b")) + "\n# newpar\n" + conllu(("c d", "c d")), encoding="utf-8")
    assert [tuple(each) for each in read_paragraphs(path)] == [("a b", [["a"], ["b"]]), ("c d", [["c", "d"]])]


def test_a_file_without_texts_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "gold.conllu"
    path.write_text("1\ta" + "\t_" * 8 + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"gold\.conllu: no sentence has a comment `# text = ...`"):
        evaluate_tokenizer(path)


def test_web_text_is_tokenized_as_people_do(treebanks_home: Path) -> None:
    path = treebanks_home / "ud" / "en_ewt-ud-dev.conllu"
    if not path.is_file():
        pytest.skip(f"needs {path}")
    found = evaluate_tokenizer(path)
    assert found["tokens"]["f1"] > 0.98
    assert found["tokens_at_hyphens"]["f1"] > 0.99
    assert found["sentences"]["f1"] > 0.85
    assert found["skipped"] == 0
