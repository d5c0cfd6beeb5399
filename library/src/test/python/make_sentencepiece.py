#!/usr/bin/env python3
"""Train the small SentencePiece models of the tests, and write what the sentencepiece package makes of texts with them.

Writes OUT/sentencepiece/<name>.model.gz, trained on made-up lines, and OUT/golden/sentencepiece.json: ids and decoded
text of hard strings, and digests over the ids of real lines, where --data names their folder (those lines are not part
of the project). The same arguments and versions give the same files.

Needs sentencepiece (pip; made with 0.2.2).
Usage: make_sentencepiece.py [--out library/src/test/resources] [--data FOLDER] [--seed 17]
"""

import argparse
import gzip
import hashlib
import io
import json
import pathlib
import random

import sentencepiece

WORDS = (
    "the a one small old red river boat house garden story morning friend letter bread stone bird window light winter "
    "walked carried opened remembered painted found quickly slowly away together again never because while and but or "
    "naïve café façade Zürich œuvre señor straße größer ёлка книга дом вода река утро море καλημέρα φως θάλασσα "
    "今天 天气 很好 我们 去 河边 日本語 を 話す カタカナ 한국어 문장 שלום מרחבا سلام कमल 12 3.14 1,000 2025 x=y+1 -- ... !? (so) [it] {goes} "
    "http://example.org/a_b?c=d user@example.org don't we're it's I'd"
).split()

HARD = [
    "", " ", "   ", "a", " a", "a ", "  two  spaces  ", "Hello world", "hello\nworld", "tab\tand\r\nline", "\n", "\n\n\n",
    "aaaaaaaaaaaaaaaaa", "aaa aaaa aaaaa aaaaaa", "-----", "=====-----=====", "......", "the the the the",
    "The old boat carried bread.", "▁", "▁▁ ▁", "a▁b", "x ▁", "ﬁne ｆｕｌｌ ｗｉｄｔｈ Ⅷ ① ㍿ ½", "e\u0301 é \u0301", "か\u3099 が ｶﾞ",
    "\u1112\u1161\u11ab 한", "zero\u200bwidth\u200cjoin\u200d", "soft\u00adhyphen nbsp\u00a0em\u2003ideographic\u3000x",
    "\ufeffbom", "nul\u0000here", "\u0001\u0002\u007f\u0085", "😀 👩‍👩‍👧 🇩🇪 👍🏽", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𠀀", "\ufffd", "<s>", "</s>", "<unk>", "<0x41>",
    "<sep>", "x <sep> y", "x<sep>y", "<sep><sep> z", " <sep>", "<sep> ", "a<mask>b <mask>", "mixed ascii και ελληνικά и кириллица",
    "1234567890 3.14159 1,000,000", "don't we're it's I'd y'all", "http://example.org/a_b?c=d&e=f#g", "CamelCaseWords and ALLCAPS",
    "שלום עולם", "مرحبا بالعالم", "नमस्ते दुनिया", "ไทย ภาษา", "ǅ ǆ İ ı ẞ", "A\u030a\u0327", "\u2028line\u2029para", "a\u0300\u0301\u0302b",
    "x" * 300, "the old river " * 40, "日本語を話す今天天气很好我们去河边",
]  # fmt: skip


def lines(seed):
    """Made-up sentences; words are drawn by a falling law, so that some pairs are frequent."""
    draw = random.Random(seed)
    for _ in range(4000):
        words = [WORDS[min(int(draw.expovariate(0.03)), len(WORDS) - 1)] for _ in range(draw.randint(3, 14))]
        text = " ".join(words)
        if draw.random() < 0.2:
            text = text.capitalize() + draw.choice([".", "!", "?", " ...", ";"])
        if draw.random() < 0.05:
            text += "  " + draw.choice("aeio") * draw.randint(2, 9)
        yield text


# What each model has that the others lack.
MODELS = {
    "unigram-nfkc": dict(model_type="unigram", normalization_rule_name="nmt_nfkc", vocab_size=420),
    "unigram-bytes": dict(
        model_type="unigram", normalization_rule_name="identity", vocab_size=700, byte_fallback=True,
        remove_extra_whitespaces=False, user_defined_symbols=["<sep>", "<mask>"],
    ),
    "unigram-suffix": dict(
        model_type="unigram", normalization_rule_name="identity", vocab_size=400, treat_whitespace_as_suffix=True,
        user_defined_symbols=["<sep>"], unk_surface="<?>",
    ),
    "bpe-llama": dict(
        model_type="bpe", normalization_rule_name="identity", vocab_size=760, byte_fallback=True, split_digits=True,
        remove_extra_whitespaces=False, allow_whitespace_only_pieces=True, character_coverage=0.995,
    ),
    "bpe-rules": dict(model_type="bpe", normalization_rule_tsv=True, vocab_size=420, user_defined_symbols=["<sep>"]),
    "bpe-plain": dict(
        model_type="bpe", normalization_rule_name="identity", vocab_size=420, add_dummy_prefix=False, unk_id=3,
        bos_id=0, eos_id=1, pad_id=2,
    ),
    "char": dict(model_type="char", normalization_rule_name="identity", vocab_size=200, user_defined_symbols=["<sep>"]),
    "word": dict(model_type="word", normalization_rule_name="identity", vocab_size=120),
}  # fmt: skip

# Rules of its own: from, to, in hexadecimal code points; the longest match counts, and some become nothing.
RULES = "41\t61\n42\t62\n66 66 69\tfb03\nff41\t41\ne9\t65 301\n200b\t\na0\t20\n2014\t20 2d 20\n3000\t20\n"


def train(name, seed, folder):
    options = dict(MODELS[name])
    if options.pop("normalization_rule_tsv", False):
        (folder / "rules.tsv").write_text(RULES)
        options["normalization_rule_tsv"] = str(folder / "rules.tsv")
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(list(lines(seed))), model_writer=model, num_threads=1, hard_vocab_limit=False,
        minloglevel=2, **options,
    )  # fmt: skip
    return model.getvalue()


def real_lines(data):
    """1,250 lines of five kinds. The test picks the same ones."""
    picked = [line for line in (data / "text/tinyshakespeare.txt").read_text().split("\n") if line.strip()][:400]
    picked += [json.loads(row)["question"] for row in (data / "text/gsm8k-test.jsonl").read_text().splitlines()[:300]]
    with gzip.open(data / "text/c4-sample-1000.jsonl.gz", "rt") as rows:
        picked += [json.loads(row)["text"] for row in list(rows)[:200]]
    rows = json.loads((data / "preferences/llama-factory-dpo_zh_demo.json").read_text())[:200]
    picked += [row["chosen"]["value"] for row in rows]
    with gzip.open(data / "preferences/hh-harmless-test.jsonl.gz", "rt") as rows:
        picked += [json.loads(row)["chosen"] for row in list(rows)[:150]]
    return picked


def digest(processor, texts):
    sha = hashlib.sha256()
    for text in texts:
        sha.update((" ".join(map(str, processor.encode(text))) + "\n").encode())
    return sha.hexdigest()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("library/src/test/resources"))
    parser.add_argument("--data", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=17)
    parser.add_argument("--scratch", type=pathlib.Path, default=pathlib.Path("/tmp"))
    given = parser.parse_args()
    folder = given.out / "sentencepiece"
    folder.mkdir(parents=True, exist_ok=True)
    golden = {"sentencepiece": sentencepiece.__version__, "seed": given.seed, "texts": HARD, "models": {}}
    for name in MODELS:
        content = train(name, given.seed, given.scratch)
        (folder / f"{name}.model.gz").write_bytes(gzip.compress(content, 9, mtime=0))
        processor = sentencepiece.SentencePieceProcessor(model_proto=content)
        ids = [processor.encode(text) for text in HARD]
        draw = random.Random(given.seed)
        drawn = [[draw.randrange(processor.get_piece_size()) for _ in range(draw.randint(1, 12))] for _ in range(60)]
        golden["models"][name] = {
            "vocabulary": processor.get_piece_size(),
            "ids": ids,
            "decoded": [processor.decode(of) for of in ids],
            "drawn": drawn,
            "drawn_decoded": [processor.decode(of) for of in drawn],
        }
        if given.data:
            texts = real_lines(given.data)
            golden["models"][name]["real"] = {"lines": len(texts), "sha256": digest(processor, texts)}
    text = json.dumps(golden, indent=None, separators=(",", ":"), ensure_ascii=True)
    (given.out / "golden/sentencepiece.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
