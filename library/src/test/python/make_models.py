#!/usr/bin/env python3
"""Make the tiny models of the tests, and what transformers computes with them.

Writes OUT/models/<case>/ (Hugging Face directories, randomly initialised) and OUT/golden/models.json. Every parameter
is drawn away from its default, norm scales and biases too, so that a part left out or swapped shows in the logits. The
same arguments and versions give the same files.

Needs torch, transformers and safetensors (pip). Usage: make_models.py [--out library/src/test/resources] [--seed 36]

Numbers named float64 are computed wholly in float64. transformers keeps a few steps in float32 even for a float64 model
(RMS norms, the attention softmax, rotary angles); those are widened here, and what it gives as it comes stands beside
them as `transformers_float64` and `transformers_float32`. Log-probabilities are natural, in nats; the one at index t is
that of token t + 1 given the tokens up to t.
"""

import argparse
import contextlib
import json
import pathlib
import shutil
import zlib

import safetensors.torch
import torch
import transformers
from transformers import (
    AutoModelForCausalLM,
    Gemma2Config,
    Gemma3TextConfig,
    GPT2Config,
    GPTNeoXConfig,
    LlamaConfig,
    MistralConfig,
    Olmo2Config,
    Phi3Config,
    Qwen2Config,
    Qwen3Config,
    SmolLM3Config,
)
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

VOCABULARY = 96
PROMPT_LENGTH = 5
BETA = 0.1
REFERENCE = {"chosen": -31.5, "rejected": -28.25}
GREEDY_PROMPT, GREEDY_TOKENS = 6, 12


# ---------------------------------------------------------------------------------------------------- the models


def llama(**changes):
    return LlamaConfig(**{**common(), "rms_norm_eps": 1e-5, "rope_parameters": plain_rope(10000.0), **changes})


def common():
    return dict(
        vocab_size=VOCABULARY,
        hidden_size=16,
        intermediate_size=40,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=64,
        bos_token_id=1,
        eos_token_id=2,
    )


def plain_rope(theta):
    return {"rope_type": "default", "rope_theta": theta}


def gpt2(**changes):
    sizes = dict(vocab_size=VOCABULARY, n_embd=16, n_layer=2, n_head=4, n_positions=64, bos_token_id=1, eos_token_id=2)
    return GPT2Config(**{**sizes, **changes})


def cases():
    """Case name -> (configuration, type on disk, how the directory is changed after it was saved)."""
    llama3 = dict(
        rope_type="llama3",
        rope_theta=500.0,
        factor=8.0,
        low_freq_factor=1.0,
        high_freq_factor=4.0,
        original_max_position_embeddings=16,
    )
    linear = dict(rope_type="linear", rope_theta=100.0, factor=4.0)
    yarn = dict(rope_type="yarn", rope_theta=300.0, factor=4.0, original_max_position_embeddings=16)
    weighed = {**yarn, "beta_fast": 2.0, "beta_slow": 0.4, "mscale": 0.9, "mscale_all_dim": 0.6, "truncate": False}
    dynamic = dict(rope_type="dynamic", rope_theta=300.0, factor=4.0)
    window = {**common(), "num_hidden_layers": 3, "sliding_window": 5, "use_sliding_window": True, "max_window_layers": 1}
    gemma = {
        **common(),
        "hidden_size": 24,
        "head_dim": 8,
        "num_hidden_layers": 4,
        "query_pre_attn_scalar": 10,
        "sliding_window": 5,
        "pad_token_id": None,
    }
    gemma3 = {
        **gemma,
        "final_logit_softcapping": 4.0,
        "layer_types": ["sliding_attention", "sliding_attention", "full_attention", "sliding_attention"],
        "rope_parameters": {
            "full_attention": dict(rope_type="linear", rope_theta=2000.0, factor=2.0),
            "sliding_attention": plain_rope(50.0),
        },
    }
    neox = {**common(), "rope_parameters": {**plain_rope(200.0), "partial_rotary_factor": 0.5}}
    del neox["num_key_value_heads"]
    phi3 = {**common(), "hidden_size": 32, "pad_token_id": None, "sliding_window": 30}
    longrope = dict(
        rope_type="longrope",
        rope_theta=300.0,
        partial_rotary_factor=0.5,
        short_factor=[1.0, 1.3],
        long_factor=[1.5, 3.5],
    )
    smollm3 = {**common(), "pad_token_id": None, "num_hidden_layers": 4, "no_rope_layer_interval": 2}
    qwen2 = {**common(), "tie_word_embeddings": True, "rope_parameters": plain_rope(1000.0)}
    qwen3 = {**common(), "head_dim": 8, "num_hidden_layers": 3, "rope_parameters": plain_rope(1000.0)}
    return {
        "llama": (llama(hidden_size=32, num_hidden_layers=3), torch.float32, None),
        "llama-tied": (llama(tie_word_embeddings=True, eos_token_id=[2, 3]), torch.float32, None),
        "llama-rope-llama3": (llama(hidden_size=32, head_dim=16, rope_parameters=llama3), torch.float32, None),
        "llama-rope-linear": (llama(head_dim=8, rope_parameters=linear), torch.float32, old_linear_configuration),
        "llama-biases": (llama(attention_bias=True, mlp_bias=True, head_dim=6), torch.float32, None),
        "llama-old-config": (llama(rope_parameters=plain_rope(300.0)), torch.float32, old_configuration),
        "llama-bfloat16": (llama(), torch.bfloat16, None),
        "llama-float16": (llama(), torch.float16, None),
        "llama-sharded": (llama(), torch.float32, None),
        "qwen2": (Qwen2Config(**qwen2), torch.float32, None),
        "qwen3": (Qwen3Config(**qwen3), torch.float32, None),
        "llama-rope-yarn": (llama(head_dim=8, rope_parameters=weighed), torch.bfloat16, None),
        "llama-rope-dynamic": (llama(max_position_embeddings=16, rope_parameters=dynamic), torch.bfloat16, None),
        "mistral": (MistralConfig(**common(), head_dim=6, sliding_window=6), torch.bfloat16, None),
        "qwen2-window": (Qwen2Config(**window, rope_parameters=yarn), torch.bfloat16, None),
        "smollm3": (
            SmolLM3Config(**smollm3, use_sliding_window=True, sliding_window=7, attention_bias=True, mlp_bias=True),
            torch.bfloat16,
            None,
        ),
        "olmo2": (Olmo2Config(**{**common(), "pad_token_id": None}, attention_bias=True), torch.bfloat16, None),
        "phi3": (
            Phi3Config(**phi3, original_max_position_embeddings=16, rope_parameters=longrope),
            torch.bfloat16,
            None,
        ),
        "phi3-window": (Phi3Config(**{**phi3, "sliding_window": 6}), torch.bfloat16, None),
        "gemma2": (
            Gemma2Config(**gemma, attn_logit_softcapping=2.0, final_logit_softcapping=3.0, attention_bias=True),
            torch.bfloat16,
            None,
        ),
        "gemma3": (Gemma3TextConfig(**gemma3), torch.bfloat16, None),
        "gemma3-old-config": (Gemma3TextConfig(**gemma3), torch.bfloat16, old_gemma3),
        "gpt-neox": (GPTNeoXConfig(**neox), torch.bfloat16, None),
        "gpt-neox-old": (
            GPTNeoXConfig(
                **neox, use_parallel_residual=False, attention_bias=False, hidden_act="gelu_new", tie_word_embeddings=True
            ),
            torch.bfloat16,
            old_gpt_neox,
        ),
        "gpt2": (gpt2(), torch.float32, None),
        "gpt2-old": (gpt2(n_inner=40, activation_function="gelu"), torch.float32, old_gpt2),
    }


def randomise(model, generator):
    """Matrices are normal with deviation 0.25, norm scales about 1 and biases about 0 with deviation 0.3."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            if parameter.dim() == 2:
                parameter.copy_(0.25 * noise)
            else:
                parameter.copy_((0.0 if name.endswith("bias") else 1.0) + 0.3 * noise)


def rewrite_configuration(directory, change):
    path = directory / "config.json"
    configuration = json.loads(path.read_text())
    change(configuration)
    path.write_text(json.dumps(configuration, indent=2, sort_keys=True) + "\n")


def old_configuration(directory):
    """As transformers 4 wrote it: rope_theta beside rope_scaling, torch_dtype, no head_dim."""

    def change(configuration):
        rope = configuration.pop("rope_parameters")
        configuration.update(rope_theta=rope["rope_theta"], rope_scaling=None, torch_dtype=configuration.pop("dtype"))
        configuration.update(transformers_version="4.46.0", pretraining_tp=1)
        configuration.pop("head_dim", None)

    rewrite_configuration(directory, change)


def old_linear_configuration(directory):
    """The oldest spelling of a scaling: its kind under `type`."""

    def change(configuration):
        rope = configuration.pop("rope_parameters")
        configuration.update(rope_theta=rope["rope_theta"], rope_scaling={"type": "linear", "factor": rope["factor"]})
        configuration.update(torch_dtype=configuration.pop("dtype"), transformers_version="4.33.0")

    rewrite_configuration(directory, change)


def old_gemma3(directory):
    """As transformers 4.50 wrote it: a pattern for layer_types, a base of their own for layers with a window."""

    def change(configuration):
        rope = configuration.pop("rope_parameters")
        configuration.pop("layer_types")
        configuration.pop("_sliding_window_pattern", None)
        configuration.update(
            rope_theta=rope["full_attention"]["rope_theta"],
            rope_local_base_freq=rope["sliding_attention"]["rope_theta"],
            rope_scaling={"rope_type": "linear", "factor": rope["full_attention"]["factor"]},
            sliding_window_pattern=3,
            torch_dtype=configuration.pop("dtype"),
            transformers_version="4.50.0",
        )

    rewrite_configuration(directory, change)


def old_gpt_neox(directory):
    """The rotary keys' own names, and the causal masks stored as buffers."""
    file = directory / "model.safetensors"
    tensors = safetensors.torch.load_file(file)
    for layer in range(2):
        tensors[f"gpt_neox.layers.{layer}.attention.bias"] = torch.ones(64, 64, dtype=torch.bool).tril()[None, None]
        tensors[f"gpt_neox.layers.{layer}.attention.masked_bias"] = torch.tensor(-1e9)
        tensors[f"gpt_neox.layers.{layer}.attention.rotary_emb.inv_freq"] = torch.ones(1)
    safetensors.torch.save_file(tensors, file, {"format": "pt"})

    def change(configuration):
        rope = configuration.pop("rope_parameters")
        configuration.update(
            rotary_pct=rope["partial_rotary_factor"],
            rotary_emb_base=rope["rope_theta"],
            torch_dtype=configuration.pop("dtype"),
            transformers_version="4.24.0",
        )

    rewrite_configuration(directory, change)


def old_gpt2(directory):
    """Keys without `transformer.`, the causal masks stored as buffers, no tie_word_embeddings in the configuration."""
    file = directory / "model.safetensors"
    tensors = {key.removeprefix("transformer."): value for key, value in safetensors.torch.load_file(file).items()}
    layers = sum(key.endswith("attn.c_attn.weight") for key in tensors)
    for layer in range(layers):
        tensors[f"h.{layer}.attn.bias"] = torch.ones(64, 64).tril().view(1, 1, 64, 64)
        tensors[f"h.{layer}.attn.masked_bias"] = torch.tensor(-10000.0)
    safetensors.torch.save_file(tensors, file)

    def change(configuration):
        configuration.update(torch_dtype=configuration.pop("dtype"), transformers_version="4.12.0", n_ctx=64)
        configuration.pop("tie_word_embeddings", None)

    rewrite_configuration(directory, change)


def write_model(directory, configuration, dtype, change, seed):
    """Every case draws from a stream of its own, so that a case more leaves the others as they were."""
    shutil.rmtree(directory, ignore_errors=True)
    model = AutoModelForCausalLM.from_config(configuration, attn_implementation="eager")
    randomise(model, torch.Generator().manual_seed(seed + zlib.crc32(directory.name.encode())))
    model = model.to(dtype)
    shards = {"max_shard_size": 13000} if directory.name == "llama-sharded" else {}
    model.save_pretrained(directory, **shards)
    if change is not None:
        ids = list(range(PROMPT_LENGTH, VOCABULARY, 2))
        before = logits_of(load(directory, torch.float32), ids)
        change(directory)
        after = logits_of(load(directory, torch.float32), ids)
        assert torch.equal(before, after), f"{directory.name}: the change of layout changed the model"


def load(directory, dtype):
    return AutoModelForCausalLM.from_pretrained(directory, dtype=dtype, attn_implementation="eager").eval()


# ---------------------------------------------------------------------------------------- computing in float64


@contextlib.contextmanager
def wide():
    """Lets what transformers computes in float32 on purpose be computed in float64."""
    kept = torch.float32, torch.float, torch.Tensor.float
    torch.set_default_dtype(torch.float64)
    torch.float32, torch.float, torch.Tensor.float = torch.float64, torch.float64, torch.Tensor.double
    try:
        yield
    finally:
        torch.float32, torch.float, torch.Tensor.float = kept
        torch.set_default_dtype(torch.float32)


def load_wide(directory):
    """The model in float64 with rotary frequencies of float64 too; use it within wide()."""
    model = load(directory, torch.float32).double()
    for module in model.modules():
        if hasattr(module, "inv_freq"):
            module.inv_freq = wide_frequencies(module, module.config.rope_parameters["rope_type"])
            module.original_inv_freq = module.inv_freq.clone()
        for kind, rope in getattr(module, "rope_type", {}).items() if hasattr(module, "layer_types") else ():
            setattr(module, f"{kind}_inv_freq", wide_frequencies(module, rope, layer_type=kind))
        if hasattr(module, "scalar_embed_scale"):
            module.embed_scale = torch.tensor(module.scalar_embed_scale, dtype=torch.float64)
    return model


def wide_frequencies(module, kind, **layer_type):
    frequencies = module.compute_default_rope_parameters if kind == "default" else ROPE_INIT_FUNCTIONS[kind]
    with wide():
        result, _ = frequencies(module.config, None, **layer_type)
    assert result.dtype == torch.float64
    return result


def fresh(model):
    """Forgets the length that dynamic frequencies were last computed for: the next text is alone."""
    for module in model.modules():
        if hasattr(module, "max_seq_len_cached") and hasattr(module, "original_inv_freq"):
            module.max_seq_len_cached = module.original_max_seq_len
            module.inv_freq = module.original_inv_freq


def logits_of(model, ids):
    fresh(model)
    return model(torch.tensor([ids]), use_cache=False).logits[0]


def log_probabilities(model, ids):
    logits = logits_of(model, ids)
    return torch.log_softmax(logits[:-1], -1).gather(1, torch.tensor(ids[1:])[:, None])[:, 0]


def completion(model, ids):
    """Summed log-probability of what follows the prompt."""
    return log_probabilities(model, ids)[PROMPT_LENGTH - 1 :].sum()


def dpo(model, pair):
    """DPO's loss of one pair with a fixed reference."""
    chosen = completion(model, pair["chosen"]) - pair["reference"]["chosen"]
    rejected = completion(model, pair["rejected"]) - pair["reference"]["rejected"]
    return -torch.nn.functional.logsigmoid(BETA * (chosen - rejected))


# ------------------------------------------------------------------------------------------------- the goldens


def rounded(value):
    if isinstance(value, torch.Tensor):
        value = value.detach().double().tolist()
    if isinstance(value, list):
        return [rounded(item) for item in value]
    return float(f"{value:.10g}")


def projection(tensor):
    """sum over i of x[i] sin(i + 1), flattened row by row: one number that every entry and its place moves."""
    flat = tensor.detach().flatten().double()
    return flat @ torch.sin(torch.arange(1, flat.numel() + 1, dtype=torch.float64))


def summary(tensor):
    """Shape, Euclidean norm, first three entries and projection."""
    return {
        "shape": list(tensor.shape),
        "norm": rounded(tensor.detach().norm()),
        "first": rounded(tensor.detach().flatten()[:3]),
        "projection": rounded(projection(tensor)),
    }


def sequence_golden(exact, plain, single, ids):
    with torch.no_grad():
        with wide():
            logits = logits_of(exact, ids)
            wide_log_probabilities = log_probabilities(exact, ids)
        return {
            "log_probabilities": {
                "float64": rounded(wide_log_probabilities),
                "transformers_float64": rounded(log_probabilities(plain, ids)),
                "transformers_float32": rounded(log_probabilities(single, ids)),
            },
            "first_logits": rounded(logits[0, :8]),
            "last_logits": rounded(logits[-1, :8]),
            "last_logits_sum": rounded(logits[-1].sum()),
        }


def gradient_golden(model, pair):
    with wide():
        loss = dpo(model, pair)
        chosen, rejected = completion(model, pair["chosen"]), completion(model, pair["rejected"])
    loss.backward()
    gradients = {name: parameter.grad for name, parameter in model.named_parameters()}
    total = torch.stack([gradient.norm() for gradient in gradients.values()]).norm()
    return {
        "log_probabilities": {"chosen": rounded(chosen), "rejected": rounded(rejected)},
        "loss": rounded(loss),
        "gradient_norm": rounded(total),
        "gradients": {name: summary(gradient) for name, gradient in gradients.items()},
    }


def greedy_golden(model, ids):
    """Greedy continuation in float32 and the smallest lead of a best logit over the second, to show it is no tie."""
    fresh(model)
    model.generation_config.eos_token_id = None
    model.generation_config.pad_token_id = 0
    output = model.generate(
        torch.tensor([ids]),
        attention_mask=torch.ones(1, len(ids), dtype=torch.long),
        max_new_tokens=GREEDY_TOKENS,
        do_sample=False,
        # Frequencies that depend on the length turn all tokens anew, and a cache holds what they were.
        use_cache=getattr(model.config, "rope_parameters", {}).get("rope_type") not in ("dynamic", "longrope"),
        return_dict_in_generate=True,
        output_logits=True,
    )
    leads = [row[0].topk(2).values.diff().abs().item() for row in output.logits]
    return {"tokens": output.sequences[0, len(ids) :].tolist(), "smallest_lead": float(f"{min(leads):.3g}")}


def decayed(model):
    """Names that the Hugging Face trainer decays: all but biases and norms."""
    from transformers import Trainer

    trainer = object.__new__(Trainer)
    return set(trainer.get_decay_parameter_names(model))


def adamw_golden(directory, pairs, steps=3):
    """Full-batch DPO steps: mean loss over the pairs, clip to norm 1, AdamW."""
    model = load_wide(directory)
    decay = decayed(model)
    named = dict(model.named_parameters())
    groups = [
        {"params": [p for n, p in named.items() if n in decay], "weight_decay": 0.1},
        {"params": [p for n, p in named.items() if n not in decay], "weight_decay": 0.0},
    ]
    optimiser = torch.optim.AdamW(groups, lr=1e-2, betas=(0.9, 0.999), eps=1e-8)
    record = []
    for _ in range(steps):
        optimiser.zero_grad()
        with wide():
            loss = torch.stack([dpo(model, pair) for pair in pairs]).mean()
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        record.append({"loss": rounded(loss), "gradient_norm": rounded(norm)})
    with wide(), torch.no_grad():
        final = torch.stack([dpo(model, pair) for pair in pairs]).mean()
    return {
        "steps": record,
        "final_loss": rounded(final),
        "not_decayed": sorted(set(named) - decay),
        "parameters": {name: summary(parameter) for name, parameter in named.items()},
    }


def draw(length, generator):
    return torch.randint(3, VOCABULARY, (length,), generator=generator).tolist()


def make_inputs(generator):
    sequences = [draw(length, generator) for length in (48, 7, 20)]
    sequences[2][1] = 0  # so that the first row of the embedding has a gradient
    prompt = sequences[2][:PROMPT_LENGTH]
    first = {"chosen": sequences[2], "rejected": prompt + draw(9, generator), "reference": REFERENCE}
    other = draw(PROMPT_LENGTH, generator)
    second = {
        "chosen": other + draw(4, generator),
        "rejected": other + draw(11, generator),
        "reference": {"chosen": -17.75, "rejected": -52.5},
    }
    return sequences, [first, second]


def write_json(path, value):
    """JSON with one line for what lies four levels deep, which keeps lists of numbers together."""

    def text(item, depth):
        if not isinstance(item, dict) or depth == 4:
            return json.dumps(item)
        indent = " " * (depth + 1)
        lines = [f"{indent}{json.dumps(key)}: {text(child, depth + 1)}" for key, child in item.items()]
        return "{\n" + ",\n".join(lines) + "\n" + " " * depth + "}"

    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text(value, 0) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("library/src/test/resources"))
    parser.add_argument("--seed", type=int, default=36)
    arguments = parser.parse_args()
    sequences, pairs = make_inputs(torch.Generator().manual_seed(arguments.seed))
    golden = {
        "made_by": "library/src/test/python/make_models.py",
        "versions": {"torch": torch.__version__.split("+")[0], "transformers": transformers.__version__},
        "sequences": sequences,
        "pair": {"prompt_length": PROMPT_LENGTH, "beta": BETA, **pairs[0]},
        "greedy_prompt": sequences[0][:GREEDY_PROMPT],
        "cases": {},
    }
    for name, (configuration, dtype, change) in cases().items():
        directory = arguments.out / "models" / name
        write_model(directory, configuration, dtype, change, arguments.seed)
        exact, plain, single = load_wide(directory), load(directory, torch.float64), load(directory, torch.float32)
        golden["cases"][name] = {
            "parameters": sum(parameter.numel() for parameter in single.parameters()),
            "sequences": [sequence_golden(exact, plain, single, ids) for ids in sequences],
            "dpo": gradient_golden(exact, pairs[0]),
            "greedy": greedy_golden(single, sequences[0][:GREEDY_PROMPT]),
        }
    golden["adamw"] = {
        "learning_rate": 1e-2,
        "betas": [0.9, 0.999],
        "epsilon": 1e-8,
        "weight_decay": 0.1,
        "clip_norm": 1.0,
        "prompt_length": PROMPT_LENGTH,
        "beta": BETA,
        "pairs": pairs,
        "cases": {name: adamw_golden(arguments.out / "models" / name, pairs) for name in ("llama", "gpt2")},
    }
    write_json(arguments.out / "golden" / "models.json", golden)


if __name__ == "__main__":
    main()
