#!/usr/bin/env python3
"""Make the adapters of the tests, and what peft computes with them.

Writes OUT/models/lora-<case>/ (PEFT directories, A and B drawn at random, on the tiny models of make_models.py) and
OUT/golden/lora.json. The same arguments and versions give the same files.

Needs torch, transformers, peft and safetensors (pip). Usage: make_lora.py [--out library/src/test/resources] [--seed 5]

Numbers are computed wholly in float64, as those of make_models.py. `--check DIRECTORY BASE` instead loads an adapter that
Poise wrote, and prints the log-probabilities of the same sequences in float32.
"""

import argparse
import json
import pathlib
import shutil
import zlib

import make_models as models
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForSequenceClassification

SEQUENCES = [[3, 17, 42, 8, 90, 55, 21, 4, 66, 12, 2], [5, 9, 11, 7, 30, 71, 2]]
PROMPT = SEQUENCES[0][: models.PROMPT_LENGTH]
PAIR = {
    "chosen": PROMPT + [60, 31, 14, 2],
    "rejected": PROMPT + [33, 6, 84, 19, 47, 2],
    "reference": models.REFERENCE,
    "beta": models.BETA,
    "prompt_length": models.PROMPT_LENGTH,
}

CASES = {
    "llama": dict(r=4, lora_alpha=6, target_modules=["q_proj", "v_proj", "down_proj", "lm_head"]),
    "gpt2": dict(r=3, lora_alpha=9, target_modules=["c_attn", "c_proj", "lm_head"], fan_in_fan_out=True),
    "gpt-neox": dict(r=5, lora_alpha=4, use_rslora=True, target_modules="all-linear"),
    "reward": dict(r=2, lora_alpha=5, target_modules=["q_proj", "o_proj"]),
}


def base_of(case):
    return "llama" if case == "reward" else case


def load_scoring(directory, dtype):
    return AutoModelForSequenceClassification.from_pretrained(
        directory, dtype=dtype, attn_implementation="eager", num_labels=1
    ).eval()


def write_adapter(out, case, settings, seed):
    base = out / "models" / base_of(case)
    directory = out / "models" / f"lora-{case}"
    shutil.rmtree(directory, ignore_errors=True)
    load = load_scoring if case == "reward" else models.load
    task = "SEQ_CLS" if case == "reward" else "CAUSAL_LM"
    model = get_peft_model(load(base, torch.float32), LoraConfig(task_type=task, **settings))
    generator = torch.Generator().manual_seed(seed + zlib.crc32(case.encode()))
    with torch.no_grad():
        for _, parameter in sorted(model.named_parameters()):
            if parameter.requires_grad:
                parameter.copy_(0.25 * torch.randn(parameter.shape, generator=generator))
    model.save_pretrained(directory)
    (directory / "README.md").unlink()
    for file in directory.iterdir():
        file.chmod(0o644)
    path = directory / "adapter_config.json"
    config = json.loads(path.read_text())
    config["base_model_name_or_path"] = f"src/test/resources/models/{base_of(case)}"
    if not isinstance(config["target_modules"], str):
        config["target_modules"] = sorted(config["target_modules"])
    path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")


def load_exact(out, case):
    base = out / "models" / base_of(case)
    kept = models.load
    if case == "reward":
        models.load = load_scoring
    try:
        model = models.load_wide(base)
    finally:
        models.load = kept
    adapted = PeftModel.from_pretrained(model, out / "models" / f"lora-{case}", is_trainable=True).double()
    return adapted.eval()


def name_in_file(parameter):
    return parameter.replace(".default", "")


def golden(out, case):
    model = load_exact(out, case)
    if case == "reward":
        with torch.no_grad(), models.wide():
            return {"scores": [models.rounded(model(torch.tensor([ids])).logits[0, 0]) for ids in SEQUENCES]}
    sequences = []
    with torch.no_grad(), models.wide():
        for ids in SEQUENCES:
            logits = model(torch.tensor([ids]), use_cache=False).logits[0]
            with model.disable_adapter():
                base = model(torch.tensor([ids]), use_cache=False).logits[0]
            sequences.append({"last_logits": models.rounded(logits[-1]), "last_logits_of_base": models.rounded(base[-1])})
    with models.wide():
        loss = models.dpo(model, PAIR)
    loss.backward()
    gradients = {
        name_in_file(name): models.summary(parameter.grad)
        for name, parameter in model.named_parameters()
        if parameter.requires_grad
    }
    return {"sequences": sequences, "dpo": {"loss": models.rounded(loss), "gradients": gradients}}


def check(directory, base):
    model = PeftModel.from_pretrained(models.load(base, torch.float32), directory).eval()
    with torch.no_grad():
        for ids in SEQUENCES:
            print(json.dumps(model(torch.tensor([ids]), use_cache=False).logits[0, -1].tolist()))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("library/src/test/resources"))
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--check", nargs=2)
    arguments = parser.parse_args()
    if arguments.check:
        check(*arguments.check)
        return
    for case, settings in CASES.items():
        write_adapter(arguments.out, case, settings, arguments.seed)
    result = {
        "pair": PAIR,
        "sequences": SEQUENCES,
        "cases": {case: golden(arguments.out, case) for case in CASES},
    }
    path = arguments.out / "golden" / "lora.json"
    path.write_text(json.dumps(result, indent=1) + "\n")


main()
