#!/usr/bin/env python3
"""Make goldens of reward models: the steps of TRL's RewardTrainer, and scores by transformers.

Writes OUT/golden/trl-reward.json. Steps are on the model and pairs of make_trajectory.py, whose rows get a margin by
their place; scores on a model directory, where one is given. The score vector is fixed by weight(). TRL runs
unmodified, in float32, one process, rows in file order.

Needs torch, transformers, tokenizers, trl and datasets (pip).
Usage: make_reward.py [--out library/src/test/resources] [--scores DIR]
"""

import argparse
import json
import pathlib

import torch
import transformers
import trl
from datasets import Dataset
from transformers import AutoModelForSequenceClassification, AutoTokenizer

import make_models
import make_trajectory

METRICS = ("loss", "grad_norm", "min_reward", "mean_reward", "max_reward", "accuracy", "margin")
TEXTS = (
    "Once upon a time, there was a little girl named Lily.",
    "The dog ran. He was happy and sad",
    "One day, a bird saw a big red ball in the park. The bird said, \"I want to play!\"",
    "No.",
)  # fmt: skip


def weight(width):
    """The score vector: every entry distinct from its neighbours, none zero."""
    return torch.tensor([[((7 * i) % 11 - 5) / 20 + 0.01 for i in range(width)]])


def margin(row):
    """The margin of the row at an index."""
    return 0.25 * (row % 4)


def load(directory):
    model = AutoModelForSequenceClassification.from_pretrained(directory, num_labels=1, dtype=torch.float32)
    with torch.no_grad():
        model.score.weight.copy_(weight(model.config.hidden_size))
    return model, AutoTokenizer.from_pretrained(directory)


def run(directory, pairs, evaluation, steps, **changes):
    model, tokenizer = load(directory)
    settings = make_trajectory.settings(steps, disable_dropout=True, **changes)
    trainer = trl.RewardTrainer(
        model=model,
        args=trl.RewardConfig(**settings),
        train_dataset=Dataset.from_list(pairs),
        eval_dataset=Dataset.from_list(evaluation),
        processing_class=tokenizer,
    )
    trainer.train()
    logged = [entry for entry in trainer.state.log_history if "loss" in entry]
    measured = trainer.evaluate()
    keys = ("max_steps", "per_device_train_batch_size", "gradient_accumulation_steps", "learning_rate", "max_length")
    return {
        "settings": {key: getattr(trainer.args, key) for key in keys}
        | {"centring": trainer.args.center_rewards_coefficient or 0.0, "rows": len(trainer.train_dataset)},
        "steps": [{key: make_models.rounded(entry[key]) for key in METRICS} for entry in logged],
        "evaluation": {f"eval_{key}": make_models.rounded(measured[f"eval_{key}"]) for key in ("loss", *METRICS[2:])},
        "score": make_models.summary(trainer.model.score.weight),
    }


def scores(directory):
    """Scores of single texts, in float64."""
    model, tokenizer = load(directory)
    model = model.double().eval()
    entries = []
    for text in TEXTS:
        ids = tokenizer(text)["input_ids"] + [tokenizer.eos_token_id]
        with torch.no_grad():
            entries.append({"text": text, "ids": ids, "score": model(torch.tensor([ids])).logits.item()})
    return entries


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("library/src/test/resources"))
    parser.add_argument("--scores", type=pathlib.Path)
    arguments = parser.parse_args()
    goldens, directory = arguments.out / "golden", arguments.out / "models" / "tiny-llama-chat"

    def read(name):
        lines = (goldens / name).read_text(encoding="utf-8").splitlines()
        return [json.loads(line) | {"margin": margin(row)} for row, line in enumerate(lines)]

    pairs, evaluation = read("trl-pairs.jsonl"), read("trl-evaluation-pairs.jsonl")
    accumulated = dict(per_device_train_batch_size=2, gradient_accumulation_steps=2)
    result = {
        "made_by": "library/src/test/python/make_reward.py",
        "versions": {
            "torch": torch.__version__.split("+")[0],
            "transformers": transformers.__version__,
            "trl": trl.__version__,
        },
        "runs": {
            "plain": run(directory, pairs, evaluation, 8),
            "centred": run(directory, pairs, evaluation, 8, center_rewards_coefficient=0.05),
            "accumulated": run(directory, pairs, evaluation, 5, center_rewards_coefficient=0.05, **accumulated),
        },
        "scores": scores(arguments.scores) if arguments.scores else [],
    }
    make_trajectory.write_json(goldens / "trl-reward.json", result)


if __name__ == "__main__":
    main()
