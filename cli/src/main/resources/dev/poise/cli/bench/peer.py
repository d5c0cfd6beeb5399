"""The peer's side of `poise bench`: TRL and transformers on the work that Poise is given.

Usage: peer.py versions | dpo JSON | generate JSON | rate JSON
The last line of standard output is one JSON object.
"""
import json
import sys
import time


def versions(work):
    import importlib.metadata
    import platform

    found = {"python": platform.python_version()}
    for name in ("torch", "transformers", "trl", "datasets", "peft"):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            pass
    return found


def read_rows(file):
    with open(file, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def dpo(work):
    import torch
    from datasets import Dataset
    from transformers import AutoModelForCausalLM, AutoTokenizer, TrainerCallback
    from trl import DPOConfig, DPOTrainer

    torch.set_num_threads(work["threads"])
    tokenizer = AutoTokenizer.from_pretrained(work["model"])
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    # Steps are timed from the beginning of one to the beginning of the next; the last one to the end of training.
    marks = []

    class Clock(TrainerCallback):
        def on_step_begin(self, args, state, control, **rest):
            marks.append(time.perf_counter())

        def on_train_end(self, args, state, control, **rest):
            marks.append(time.perf_counter())

    settings = DPOConfig(
        output_dir=work["output"],
        max_steps=work["steps"],
        per_device_train_batch_size=work["batch"],
        gradient_accumulation_steps=1,
        train_sampling_strategy="sequential",
        learning_rate=work["learning_rate"],
        lr_scheduler_type="constant",
        warmup_steps=0,
        weight_decay=0.0,
        max_grad_norm=1.0,
        beta=work["beta"],
        max_length=work["max_tokens"],
        bf16=work["precision"] == "bfloat16",
        fp16=False,
        gradient_checkpointing=False,
        precompute_ref_log_probs=work["precompute"],
        use_cpu=True,
        dataloader_num_workers=0,
        eval_strategy="no",
        save_strategy="no",
        logging_steps=1,
        report_to=[],
        disable_tqdm=True,
        seed=0,
        data_seed=0,
    )
    adapter = work.get("adapter")
    if adapter:
        from peft import PeftConfig, load_peft_weights, set_peft_model_state_dict

        config = PeftConfig.from_pretrained(adapter)
        config.inference_mode = False
    trainer = DPOTrainer(
        model=AutoModelForCausalLM.from_pretrained(work["model"]),
        args=settings,
        train_dataset=Dataset.from_list(read_rows(work["pairs"])),
        processing_class=tokenizer,
        callbacks=[Clock()],
        peft_config=config if adapter else None,
    )
    if adapter:
        set_peft_model_state_dict(trainer.model, load_peft_weights(adapter, device="cpu"))
    trainer.train()
    log = [row for row in trainer.state.log_history if "loss" in row]
    return {
        "seconds": marks[-1] - marks[work["warmup"]],
        "loss": [float(row["loss"]) for row in log],
        "chosen": [float(row["logps/chosen"]) for row in log],
        "rejected": [float(row["logps/rejected"]) for row in log],
    }


def generate(work):
    import torch
    from transformers import AutoModelForCausalLM, GenerationConfig

    torch.set_num_threads(work["threads"])
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_pretrained(work["model"], dtype=torch.float32).eval()
    choice = {"do_sample": True, "temperature": 1.0, "top_k": 0, "top_p": 1.0} if work["random"] else {"do_sample": False}
    new = work["new_tokens"]
    how = GenerationConfig(max_new_tokens=new, min_new_tokens=new, pad_token_id=0, **choice)
    seconds, written = [], []
    for prompts in work["batches"]:
        ids = torch.tensor(prompts)
        start = time.perf_counter()
        with torch.inference_mode():
            result = model.generate(input_ids=ids, attention_mask=torch.ones_like(ids), generation_config=how)
        seconds.append(time.perf_counter() - start)
        written += result[:, ids.shape[1]:].tolist()
    return {"seconds": sum(seconds[work["warmup"]:]), "tokens": written}


def rate(work):
    import torch

    torch.set_num_threads(work["threads"])
    found = {}
    for name in ("float32", "bfloat16"):
        found[name] = 0.0
        for n in work["sizes"]:
            a, b = (torch.full((n, n), value, dtype=getattr(torch, name)) for value in (0.37, 0.41))
            best = float("inf")
            for _ in range(work["repeats"] + 1):
                start = time.perf_counter()
                torch.mm(a, b)
                best = min(best, time.perf_counter() - start)
            found[name] = max(found[name], 2 * n**3 / best)
            if best > work["long"]:
                break
    return found


if __name__ == "__main__":
    task = {"versions": versions, "dpo": dpo, "generate": generate, "rate": rate}[sys.argv[1]]
    with open(sys.argv[2], encoding="utf-8") as asked:
        answer = task(json.load(asked))
    print(json.dumps(answer), flush=True)
