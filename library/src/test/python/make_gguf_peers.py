#!/usr/bin/env python3
"""Make tiny models with random weights of every family that is exported as GGUF, and what transformers says of them.

Writes OUT/NAME/ (a model directory with a tokenizer) for each, and OUT/peers.json: 48 token ids, their log-probabilities,
the likeliest token at every place, and 64 greedy tokens behind the first eight ids. Then

  poise export OUT/NAME --to gguf --type f32 --output NAME-f32.gguf      # and f16, q8_0
  node check_gguf.mjs OUT/peers.json NAME-f32.gguf ...

tells how far llama.cpp is from it. DATA is what POISE_DATA names.

Needs torch and transformers (pip). Usage: make_gguf_peers.py OUT [DATA]
"""

import json
import os
import pathlib
import sys

import torch
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

PLAIN = {"rope_type": "default", "rope_theta": 10000.0}
ROWS = {"stories260K": 512, "tiny-gpt2-sft": 1000}


def llama_like(rope=PLAIN, **others):
    return dict(
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=4,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=256,
        rope_parameters=rope,
        pad_token_id=None,
    ) | others


def neox(**others):
    return dict(hidden_size=64, intermediate_size=128, num_hidden_layers=4, num_attention_heads=4) | others


LLAMA3 = {"rope_type": "llama3", "rope_theta": 10000.0, "factor": 4.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0}
YARN = {"rope_type": "yarn", "rope_theta": 10000.0, "factor": 4.0, "original_max_position_embeddings": 64}
BOTH = {"full_attention": PLAIN | {"rope_theta": 1000000.0}, "sliding_attention": PLAIN}
GEMMA = dict(head_dim=32, query_pre_attn_scalar=32, sliding_window=16, tie_word_embeddings=True)

MODELS = {
    "llama": (LlamaConfig, llama_like(PLAIN | {"rope_theta": 500.0}, tie_word_embeddings=False), "stories260K"),
    "llama3rope": (
        LlamaConfig,
        llama_like(LLAMA3 | {"original_max_position_embeddings": 64}, tie_word_embeddings=True),
        "stories260K",
    ),
    "llamabias": (LlamaConfig, llama_like(attention_bias=True, mlp_bias=True, tie_word_embeddings=False), "stories260K"),
    "llamalinear": (LlamaConfig, llama_like(PLAIN | {"rope_type": "linear", "factor": 2.0}), "stories260K"),
    "llamayarn": (LlamaConfig, llama_like(YARN, tie_word_embeddings=False), "stories260K"),
    "mistral": (MistralConfig, llama_like(sliding_window=None, tie_word_embeddings=False), "stories260K"),
    "qwen2": (Qwen2Config, llama_like(tie_word_embeddings=True), "tiny-gpt2-sft"),
    "qwen3": (Qwen3Config, llama_like(head_dim=32, tie_word_embeddings=False), "tiny-gpt2-sft"),
    "smollm3": (SmolLM3Config, llama_like(tie_word_embeddings=True), "tiny-gpt2-sft"),
    "olmo2": (Olmo2Config, llama_like(tie_word_embeddings=True), "tiny-gpt2-sft"),
    # llama.cpp treats a file whose name holds "phi3" as Microsoft's, and asks for tokens that this vocabulary lacks.
    "phithree": (Phi3Config, llama_like(num_key_value_heads=4, sliding_window=None), "stories260K"),
    "gemma2": (Gemma2Config, llama_like(**GEMMA), "stories260K"),
    "gemma3": (Gemma3TextConfig, llama_like(BOTH, num_hidden_layers=7, **GEMMA), "stories260K"),
    "gptneox": (
        GPTNeoXConfig,
        neox(max_position_embeddings=256, rope_parameters=PLAIN | {"partial_rotary_factor": 0.25}),
        "tiny-gpt2-sft",
    ),
    "gptneoxserial": (
        GPTNeoXConfig,
        neox(
            max_position_embeddings=256,
            hidden_act="gelu_new",
            use_parallel_residual=False,
            tie_word_embeddings=True,
            rope_parameters=PLAIN | {"partial_rotary_factor": 0.5},
        ),
        "tiny-gpt2-sft",
    ),
    "gpt2": (GPT2Config, dict(n_embd=64, n_layer=4, n_head=4, n_positions=256), "tiny-gpt2-sft"),
}


def make(target, kind, settings, tokenizer, seed):
    ends = {"bos_token_id": 1, "eos_token_id": 2} if tokenizer.name == "stories260K" else {"bos_token_id": 0, "eos_token_id": 0}
    torch.manual_seed(seed)
    config = kind(**settings, vocab_size=ROWS[tokenizer.name], initializer_range=0.15, **ends)
    model = AutoModelForCausalLM.from_config(config)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() == 1:  # norms of ones and biases of zeros would hide a wrong order
                parameter.add_(0.1 * torch.randn_like(parameter))
    model.save_pretrained(target)
    for file in ("tokenizer.json", "tokenizer_config.json"):
        (target / file).write_text((tokenizer / file).read_text())


def ask(directory):
    model = AutoModelForCausalLM.from_pretrained(directory, dtype=torch.float32).eval()
    ids = torch.randint(3, model.config.vocab_size, (48,), generator=torch.Generator().manual_seed(3)).tolist()
    with torch.no_grad():
        said = torch.log_softmax(model(torch.tensor([ids])).logits[0].double(), -1)
        greedy = model.generate(
            torch.tensor([ids[:8]]), max_new_tokens=64, do_sample=False, eos_token_id=-1, pad_token_id=0
        )
    return {
        "ids": ids,
        "log_probabilities": [said[i, ids[i + 1]].item() for i in range(len(ids) - 1)],
        "likeliest": said.argmax(-1).tolist(),
        "greedy": greedy[0][8:].tolist(),
    }


def main():
    out = pathlib.Path(sys.argv[1])
    data = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else os.environ["POISE_DATA"]) / "models"
    peers = {}
    for seed, (name, (kind, settings, tokenizer)) in enumerate(MODELS.items()):
        (out / name).mkdir(parents=True, exist_ok=True)
        make(out / name, kind, settings, data / tokenizer, seed)
        peers[name] = ask(out / name)
    for tokenizer in ROWS:
        peers[tokenizer] = ask(data / tokenizer)
    (out / "peers.json").write_text(json.dumps(peers))


if __name__ == "__main__":
    main()
