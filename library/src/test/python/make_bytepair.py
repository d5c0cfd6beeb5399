#!/usr/bin/env python3
"""Learn byte-level pair encodings with Hugging Face's BpeTrainer, for the tests to hold Poise's against.

Writes OUT/bytepair/texts.txt, made-up lines, and OUT/golden/bytepair.json: merges learnt from them at two sizes, and the
ids that transformers' tokenizer gives hard strings. The same arguments and versions give the same files.

Needs tokenizers (pip; made with 0.23.2).
Usage: make_bytepair.py [--out library/src/test/resources] [--seed 29]
       make_bytepair.py --compare DIR --vocab N --least N FILE...   holds a directory of `poise tokenizer train FILE...`
                                                                    against BpeTrainer on the same lines
"""

import argparse
import json
import pathlib
import random
import sys

import tokenizers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

END = "<|endoftext|>"
STEMS = "boat river stone light bread garden window letter winter story paint carr walk open follow gather measur".split()
ENDS = ["", "s", "ed", "ing", "er", "ers", "'s", "n't", "'ll"]
OTHERS = ["naïve", "größer", "вода", "река", "日本語", "天气很好", "한국어", "😀", "12", "2025", "3.14", "x=y+1", "-----", "...", "!!", "\t\tif"]
HARD = [
    "", " ", "\n\n", "the boats' painters walked", "naïve größer ВОДА вода", "😀😀 👩‍👩‍👧", "日本語を", "-- ----- -------", "12345 3.14159",
    "\u00a0x\u2003y\u3000", "don't we'll IT'S", "tab\tnul\u0000\x7f", "<|endoftext|>x", "aaaaaaaaaaa", "e\u0301\u0327",
]  # fmt: skip


def lines(seed):
    draw = random.Random(seed)
    for _ in range(600):
        words = []
        for _ in range(draw.randint(2, 12)):
            stem = STEMS[min(int(draw.expovariate(0.2)), len(STEMS) - 1)]
            words.append(draw.choice(OTHERS) if draw.random() < 0.15 else stem + draw.choice(ENDS))
        text = draw.choice([" ", " ", " ", "  "]).join(words)
        yield (text.capitalize() if draw.random() < 0.2 else text) + draw.choice([".", ",", "!", "", " "]) + "\n"


def learn(texts, vocab, least):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab, min_frequency=least, special_tokens=[END], show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )  # fmt: skip
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def merges(tokenizer):
    return [list(merge) for merge in json.loads(tokenizer.to_str())["model"]["merges"]]


def compare(given):
    texts = [line for file in given.files for line in open(file, encoding="utf-8", newline="\n")]
    theirs = learn(texts, given.vocab, given.least)
    ours = Tokenizer.from_file(str(given.compare / "tokenizer.json"))
    same = merges(theirs) == merges(ours) and theirs.get_vocab() == ours.get_vocab()
    first = next((i for i, (a, b) in enumerate(zip(merges(theirs), merges(ours))) if a != b), None)
    from transformers import AutoTokenizer

    loaded = AutoTokenizer.from_pretrained(given.compare)
    ids = sum(theirs.encode(line).ids != loaded(line)["input_ids"] for line in texts[:2000])
    print(f"merges {len(merges(theirs))} and {len(merges(ours))}, same: {same}, first other: {first}; of "
          f"{len(texts[:2000])} lines {ids} with other ids in transformers; eos {loaded.eos_token!r}")
    sys.exit(0 if same and not ids else 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("library/src/test/resources"))
    parser.add_argument("--seed", type=int, default=29)
    parser.add_argument("--compare", type=pathlib.Path)
    parser.add_argument("--vocab", type=int)
    parser.add_argument("--least", type=int)
    parser.add_argument("files", nargs="*")
    given = parser.parse_args()
    if given.compare:
        compare(given)
    (given.out / "bytepair").mkdir(parents=True, exist_ok=True)
    texts = list(lines(given.seed))
    (given.out / "bytepair/texts.txt").write_text("".join(texts), encoding="utf-8", newline="\n")
    golden = {"tokenizers": tokenizers.__version__, "seed": given.seed, "texts": HARD, "learnt": []}
    for vocab, least in [(500, 2), (5000, 3)]:
        tokenizer = learn(texts, vocab, least)
        golden["learnt"].append({
            "vocab": vocab, "least": least, "merges": merges(tokenizer), "tokens": tokenizer.get_vocab_size(),
            "ids": [tokenizer.encode(text).ids for text in HARD],
        })  # fmt: skip
    (given.out / "golden/bytepair.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
