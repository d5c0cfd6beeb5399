#!/usr/bin/env python3
"""Make two tiny GGUF files, and what transformers reads from them.

Writes OUT/models/gguf/llama.gguf (queries and keys in llama.cpp's order, a SentencePiece vocabulary; F32, F16 and Q8_0)
and OUT/models/gguf/qwen2.gguf (biases, a byte-level vocabulary), and OUT/golden/gguf.json: log-probabilities of some
ids, and ids of some texts (by SentencePiece itself, and by transformers). The same arguments and versions give the same files.

Needs torch, transformers, sentencepiece, tokenizers, gguf and numpy (pip). Usage: make_gguf.py [--out DIR] [--seed 5]
"""

import argparse
import io
import json
import pathlib

import gguf
import numpy
import sentencepiece
import tokenizers
import torch
from gguf import GGMLQuantizationType as Type
from transformers import AutoModelForCausalLM, AutoTokenizer

TEXT = [
    "The owner of the boat said that it's older than she is, and we'll see whether 1234 repairs were enough.",
    "Then the old boat went out to sea, and the other boats followed; their sails were older than the owner's.",
    "There are three kinds of repair: those that were needed, those that weren't, and the other 56 ones.",
]
ASKED = ["The boat's sails were older.", "and  then\n\nwe'll see 78 boats", "naïve ☂ owner", " the"]
WIDTH, HEADS, KEY_HEADS, INNER, LAYERS, CONTEXT = 32, 4, 2, 64, 2, 64


def numbers(generator, *shape, around=0.0):
    return (around + 0.3 * generator.standard_normal(shape)).astype(numpy.float32)


def add_model(writer, name, generator, vocabulary, biases):
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KEY_HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_freq_base(500.0)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_vocab_size(vocabulary)
    key = WIDTH // HEADS * KEY_HEADS
    tensors = {"token_embd.weight": (numbers(generator, vocabulary, WIDTH), Type.F16)}
    tensors["output.weight"] = (numbers(generator, vocabulary, WIDTH), Type.Q8_0)
    tensors["output_norm.weight"] = (numbers(generator, WIDTH, around=1.0), Type.F32)
    for layer in range(LAYERS):
        block = f"blk.{layer}."
        sizes = {"attn_q": (WIDTH, WIDTH), "attn_k": (key, WIDTH), "attn_v": (key, WIDTH), "attn_output": (WIDTH, WIDTH)}
        sizes |= {"ffn_gate": (INNER, WIDTH), "ffn_up": (INNER, WIDTH), "ffn_down": (WIDTH, INNER)}
        for index, (part, size) in enumerate(sizes.items()):
            kind = [Type.Q8_0, Type.F16, Type.F32, Type.BF16][(index + layer) % 4]
            tensors[f"{block}{part}.weight"] = (numbers(generator, *size), kind)
        for norm in ("attn_norm", "ffn_norm"):
            tensors[f"{block}{norm}.weight"] = (numbers(generator, WIDTH, around=1.0), Type.F32)
        for part in ("attn_q", "attn_k", "attn_v") if biases else ():
            tensors[f"{block}{part}.bias"] = (numbers(generator, sizes[part][0]), Type.F32)
    for key, (values, kind) in tensors.items():
        writer.add_tensor(key, gguf.quants.quantize(values, kind), raw_dtype=kind)


def sentence_piece():
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(TEXT),
        model_writer=model,
        vocab_size=330,
        model_type="bpe",
        byte_fallback=True,
        character_coverage=1.0,
        # As Llama's was trained: every space counts.
        normalization_rule_name="identity",
        remove_extra_whitespaces=False,
        minloglevel=2,
    )
    return sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())


def add_sentence_piece(writer):
    pieces = sentence_piece()
    count = pieces.get_piece_size()

    def kind(i):
        if pieces.is_unknown(i):
            return 2
        return 3 if pieces.is_control(i) else 6 if pieces.is_byte(i) else 1

    writer.add_tokenizer_model("llama")
    writer.add_token_list([pieces.id_to_piece(i) for i in range(count)])
    writer.add_token_scores([pieces.get_score(i) for i in range(count)])
    writer.add_token_types([kind(i) for i in range(count)])
    writer.add_unk_token_id(0)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    return count


def add_byte_level(writer):
    tokenizer = tokenizers.ByteLevelBPETokenizer()
    tokenizer.train_from_iterator(TEXT, vocab_size=300, show_progress=False)
    model = json.loads(tokenizer.to_str())["model"]
    tokens = sorted(model["vocab"], key=model["vocab"].get) + ["<|endoftext|>"]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(tokens)
    writer.add_token_types([1] * (len(tokens) - 1) + [3])
    writer.add_token_merges([merge if isinstance(merge, str) else " ".join(merge) for merge in model["merges"]])
    writer.add_eos_token_id(len(tokens) - 1)
    writer.add_chat_template("{% for m in messages %}{{ m.content }}{% endfor %}")
    return len(tokens)


def make(directory, kind, seed):
    file = directory / f"{kind}.gguf"
    writer = gguf.GGUFWriter(file, kind)
    vocabulary = add_sentence_piece(writer) if kind == "llama" else add_byte_level(writer)
    add_model(writer, kind, numpy.random.default_rng(seed), vocabulary, biases=kind == "qwen2")
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    model = AutoModelForCausalLM.from_pretrained(directory, gguf_file=file.name, dtype=torch.float32).eval()
    if kind == "llama":
        encode = sentence_piece().encode
    else:
        tokenizer = AutoTokenizer.from_pretrained(directory, gguf_file=file.name)
        encode = lambda text: tokenizer.encode(text, add_special_tokens=False)  # noqa: E731
    ids = numpy.random.default_rng(seed + 1).integers(3, vocabulary, 20).tolist()
    with torch.no_grad():
        logits = model(torch.tensor([ids])).logits[0]
    log_probabilities = torch.log_softmax(logits[:-1], -1).gather(1, torch.tensor(ids[1:])[:, None])[:, 0]
    return {
        "ids": ids,
        "log_probabilities": [float(f"{value:.8g}") for value in log_probabilities.tolist()],
        "texts": {text: encode(text) for text in ASKED},
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("library/src/test/resources"))
    parser.add_argument("--seed", type=int, default=5)
    arguments = parser.parse_args()
    directory = arguments.out / "models" / "gguf"
    directory.mkdir(parents=True, exist_ok=True)
    golden = {kind: make(directory, kind, arguments.seed) for kind in ("llama", "qwen2")}
    golden = {"made_by": "library/src/test/python/make_gguf.py", **golden}
    (arguments.out / "golden" / "gguf.json").write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    main()
