#!/usr/bin/env python3
"""Make a tiny chat model with a tokenizer, synthetic preference pairs, and the steps that TRL takes on them.

Writes OUT/models/tiny-llama-chat/, OUT/golden/trl-pairs.jsonl, OUT/golden/trl-evaluation-pairs.jsonl and
OUT/golden/trl-trajectory.json. The sentences come from a small seeded grammar. TRL runs unmodified, in float32, one
process, rows in file order. A row whose prompt alone fills max_length and a few that are cut there are among the pairs
on purpose.

Needs torch, transformers, tokenizers, trl and datasets (pip).
Usage: make_trajectory.py [--out library/src/test/resources] [--seed 7]
"""

import argparse
import json
import os
import pathlib
import random
import shutil
import tempfile

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import tokenizers
import torch
import transformers
import trl
from datasets import Dataset
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedTokenizerFast

import make_models

BATCH, MAX_LENGTH, BETA = 4, 64, 0.1
PADDING, START, END, UNKNOWN = "<pad>", "<|im_start|>", "<|im_end|>", "<unk>"
TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
METRICS = (
    "loss", "grad_norm", "learning_rate", "entropy", "num_tokens", "mean_token_accuracy",
    "logits/chosen", "logits/rejected", "logps/chosen", "logps/rejected",
    "rewards/chosen", "rewards/rejected", "rewards/accuracies", "rewards/margins",
)  # fmt: skip

ANIMALS = ("fox", "hare", "owl", "otter", "mouse", "heron")
COLOURS = ("red", "green", "small", "old", "quiet")
PLACES = ("by the river", "in the barn", "under the oak", "on the hill", "near the mill")
THINGS = ("boat", "lamp", "apple", "drum", "kite")


# ---------------------------------------------------------------------------------------------- sentences and words


def question(choose):
    animal, colour, thing = choose(ANIMALS), choose(COLOURS), choose(THINGS)
    start = choose(("", f"A {choose(COLOURS)} {choose(ANIMALS)} sat {choose(PLACES)}. "))
    return f"{start}The {animal} asks: where is the {colour} {thing}?\nAnswer:", colour, thing


def pair(random_source):
    choose = random_source.choice
    prompt, colour, thing = question(choose)
    place = choose(PLACES)
    chosen = f" The {colour} {thing} is {place}."
    if random_source.random() < 0.4:
        chosen += f" A {choose(ANIMALS)} saw it {choose(PLACES)}."
    rejected = choose((" No.", f" {thing} {thing} {thing}", f" A {choose(ANIMALS)} is {choose(PLACES)}, or {place}."))
    return {"prompt": prompt, "chosen": chosen, "rejected": rejected}


def make_pairs(random_source, count):
    pairs = [pair(random_source) for _ in range(count)]
    long = " ".join(pair(random_source)["prompt"] for _ in range(4))
    pairs[5] = {**pairs[5], "prompt": long}  # fills max_length alone: TRL drops it
    pairs[9] = {**pairs[9], "chosen": pairs[9]["chosen"] * 6}  # cut at max_length, without its end token
    pairs[13] = {**pairs[13], "rejected": pairs[13]["rejected"] * 9}
    pairs[17] = {**pairs[17], "chosen": pairs[17]["chosen"] + END}  # ends already: no second end token
    return pairs


def make_tokenizer(directory, texts):
    """Byte-level BPE over the bytes that occur, 96 tokens in all."""
    core = tokenizers.Tokenizer(tokenizers.models.BPE(unk_token=UNKNOWN))
    core.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = tokenizers.decoders.ByteLevel()
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=make_models.VOCABULARY, special_tokens=[PADDING, START, END, UNKNOWN], show_progress=False
    )
    core.train_from_iterator(texts, trainer)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=core, eos_token=END, pad_token=PADDING, unk_token=UNKNOWN, chat_template=TEMPLATE
    )
    tokenizer.save_pretrained(directory)


def make_model(directory, seed):
    configuration = make_models.llama(
        hidden_size=32,
        tie_word_embeddings=True,
        max_position_embeddings=128,
        bos_token_id=None,
        eos_token_id=2,
        pad_token_id=0,
    )
    make_models.write_model(directory, configuration, torch.float32, None, seed)


# ------------------------------------------------------------------------------------------------------- TRL's steps


def settings(steps, **changes):
    return dict(
        output_dir=tempfile.mkdtemp(),
        per_device_train_batch_size=BATCH,
        per_device_eval_batch_size=BATCH,
        max_steps=steps,
        learning_rate=1e-3,
        lr_scheduler_type="constant",
        max_length=MAX_LENGTH,
        max_grad_norm=1.0,
        logging_steps=1,
        save_strategy="no",
        report_to=[],
        use_cpu=True,
        bf16=False,
        gradient_checkpointing=False,
        disable_tqdm=True,
        seed=0,
        data_seed=0,
        train_sampling_strategy="sequential",
    ) | changes


def described(arguments):
    """The settings that a run can be repeated from."""
    keys = (
        "max_steps", "per_device_train_batch_size", "gradient_accumulation_steps", "learning_rate", "lr_scheduler_type",
        "warmup_steps", "weight_decay", "adam_beta1", "adam_beta2", "adam_epsilon", "max_grad_norm", "max_length",
        "truncation_mode", "beta", "loss_type",
    )  # fmt: skip
    values = {key: getattr(arguments, key) for key in keys if hasattr(arguments, key)}
    return {key: getattr(value, "value", value) for key, value in values.items()}


def run(trainer):
    trainer.train()
    logged = [entry for entry in trainer.state.log_history if "loss" in entry]
    return {
        "settings": described(trainer.args),
        "steps": [{key: make_models.rounded(entry[key]) for key in METRICS if key in entry} for entry in logged],
        "final_parameters": {name: make_models.summary(p) for name, p in trainer.model.named_parameters()},
    }


def load(directory):
    """The model and its tokenizer, fresh."""
    model = AutoModelForCausalLM.from_pretrained(directory, dtype=torch.float32)
    return model, AutoTokenizer.from_pretrained(directory)


def preference_run(directory, pairs, evaluation, steps, **changes):
    model, tokenizer = load(directory)
    trainer = trl.DPOTrainer(
        model=model,
        args=trl.DPOConfig(**settings(steps, beta=BETA, **changes)),
        train_dataset=Dataset.from_list(pairs),
        eval_dataset=Dataset.from_list(evaluation),
        processing_class=tokenizer,
    )
    result = run(trainer)
    measured = trainer.evaluate()
    wanted = [f"eval_{key}" for key in METRICS]
    result["evaluation"] = {key: make_models.rounded(measured[key]) for key in wanted if key in measured}
    return result, trainer


def supervised_run(directory, pairs, steps, **changes):
    model, tokenizer = load(directory)
    rows = [{"prompt": row["prompt"], "completion": row["chosen"]} for row in pairs]
    trainer = trl.SFTTrainer(
        model=model,
        args=trl.SFTConfig(**settings(steps, **changes)),
        train_dataset=Dataset.from_list(rows),
        processing_class=tokenizer,
    )
    return run(trainer)


def used_rows(trainer, pairs):
    """Which rows TRL trains on, as token ids cut to max_length, and their log-probabilities under the initial model."""
    tokenizer = trainer.processing_class
    kept = [
        row for row, text in enumerate(pairs) if len(tokenizer(text["prompt"])["input_ids"]) < trainer.args.max_length
    ]
    assert len(kept) == len(trainer.train_dataset)
    rows = []
    for row, example in zip(kept, trainer.train_dataset):
        prompt = example["prompt_ids"]
        assert prompt == tokenizer(pairs[row]["prompt"])["input_ids"]
        batch = trainer.data_collator([example])
        sums = [value.item() for value in trainer.compute_ref_log_probs(trainer.ref_model, batch)]
        entry = {"row": row, "prompt_tokens": len(prompt)}
        for side, summed in zip(("chosen", "rejected"), sums, strict=True):
            entry[side] = {
                "ids": (prompt + example[f"{side}_ids"])[: trainer.args.max_length],
                "log_probability": make_models.rounded(summed),
            }
        rows.append(entry)
    return rows


def chat_goldens(directory):
    tokenizer = AutoTokenizer.from_pretrained(directory)
    user = {"role": "user", "content": "Where is the old boat?"}
    answer = {"role": "assistant", "content": "The old boat is by the river."}
    conversations = [([user], True), ([user, answer], False), ([user, answer, user], True)]
    return [
        {
            "messages": messages,
            "add_generation_prompt": more,
            "text": tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=more),
            "ids": tokenizer.apply_chat_template(messages, add_generation_prompt=more)["input_ids"],
        }
        for messages, more in conversations
    ]


def write_lines(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def write_json(path, golden):
    """JSON with one line for every step, row and parameter."""

    def text(item, depth, limit):
        if depth == limit or not isinstance(item, (dict, list)):
            return json.dumps(item)
        indent, close = "\n" + " " * (depth + 1), "\n" + " " * depth
        if isinstance(item, dict):
            inner = [f"{json.dumps(key)}: {text(value, depth + 1, limit)}" for key, value in item.items()]
            return "{" + indent + ("," + indent).join(inner) + close + "}"
        return "[" + indent + ("," + indent).join(text(value, depth + 1, limit) for value in item) + close + "]"

    limits = {"runs": 4, "rows": 2, "chat": 2}
    parts = [f" {json.dumps(key)}: {text(value, 1, limits.get(key, 1))}" for key, value in golden.items()]
    path.write_text("{\n" + ",\n".join(parts) + "\n}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("library/src/test/resources"))
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    random_source = random.Random(arguments.seed)
    pairs, evaluation = make_pairs(random_source, 42), [pair(random_source) for _ in range(2 * BATCH)]
    directory, goldens = arguments.out / "models" / "tiny-llama-chat", arguments.out / "golden"
    shutil.rmtree(directory, ignore_errors=True)
    goldens.mkdir(parents=True, exist_ok=True)
    write_lines(goldens / "trl-pairs.jsonl", pairs)
    write_lines(goldens / "trl-evaluation-pairs.jsonl", evaluation)
    make_model(directory, arguments.seed)
    texts = [" ".join(row.values()) for row in pairs]
    make_tokenizer(directory, texts + ["user assistant system\n", "Where? 0123456789, yes; it's (so)!"])

    dpo, trainer = preference_run(directory, pairs, evaluation, 10)
    scheduled = dict(per_device_train_batch_size=2, gradient_accumulation_steps=2, weight_decay=0.1)
    runs = {
        "dpo": dpo,
        "dpo_accumulated": preference_run(
            directory, pairs, evaluation, 5, lr_scheduler_type="cosine", warmup_steps=1, **scheduled
        )[0],
        "ipo": preference_run(directory, pairs, evaluation, 3, loss_type=["ipo"])[0],
        "hinge": preference_run(directory, pairs, evaluation, 3, loss_type=["hinge"])[0],
        "sft": supervised_run(directory, pairs, 10),
        "sft_accumulated": supervised_run(
            directory, pairs, 10, lr_scheduler_type="linear", warmup_steps=3, **scheduled
        ),
    }
    versions = {
        "torch": torch.__version__.split("+")[0],
        "transformers": transformers.__version__,
        "trl": trl.__version__,
    }
    write_json(
        goldens / "trl-trajectory.json",
        {
            "made_by": "library/src/test/python/make_trajectory.py",
            "versions": versions,
            "runs": runs,
            "rows": used_rows(trainer, pairs),
            "chat": chat_goldens(directory),
        },
    )


if __name__ == "__main__":
    main()
