#!/usr/bin/env python3
"""Make OUT/golden/outputs.json: what the peers' own writers make of the same values.

A GGUF file by gguf-py, with a tensor of every type; names of tensors by its map; an event file by TensorBoard's messages
and record writer; the keys and defaults of a trainer state by transformers.

Needs gguf, tensorboard, transformers, safetensors and numpy (pip). Usage: make_outputs.py [--out DIR]
"""

import argparse
import base64
import dataclasses
import io
import json
import pathlib
import tempfile

import gguf
import numpy
from gguf import GGMLQuantizationType as Type
from safetensors import safe_open
from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_pb2, tensor_shape_pb2
from tensorboard.summary.writer.record_writer import RecordWriter
from transformers.trainer_callback import TrainerState

ARCHITECTURES = {
    "llama": "LLAMA",
    "mistral": "LLAMA",
    "qwen2": "QWEN2",
    "qwen3": "QWEN3",
    "smollm3": "SMOLLM3",
    "olmo2": "OLMO2",
    "phi3": "PHI3",
    "gemma2": "GEMMA2",
    "gemma3": "GEMMA3",
    "gpt-neox": "GPTNEOX",
    "gpt2": "GPT2",
}


def numbers():
    """Two rows of 64: ordinary, tiny, huge for a block, a block of zeros, halves of a quantum and both signs."""
    values = numpy.random.default_rng(11).normal(0, 0.7, (2, 64)).astype(numpy.float32)
    values[0, 3] = 91.25
    values[1, :32] = 0
    values[1, 32:36] = [127, 63.5, -63.5, 0.5]
    values[1, 36:] = numpy.arange(28, dtype=numpy.float32) - 13.5
    return values


def gguf_file():
    values = numbers()
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "peer.gguf"
        writer = gguf.GGUFWriter(path, "llama")
        writer.add_string("general.name", "naïve ☂")
        writer.add_uint32("llama.context_length", 300)
        writer.add_float32("llama.rope.freq_base", 500.25)
        writer.add_bool("tokenizer.ggml.add_bos_token", True)
        writer.add_array("tokenizer.ggml.tokens", ["a", "▁b"])
        writer.add_array("tokenizer.ggml.token_type", [1, 3])
        writer.add_array("tokenizer.ggml.scores", [-0.5, -1.25])
        writer.add_tensor("a.vector", values[0, :5])
        for kind in (Type.F32, Type.F16, Type.BF16, Type.Q8_0):
            writer.add_tensor(f"a.{kind.name}", gguf.quants.quantize(values, kind), raw_dtype=kind)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        return path.read_bytes()


def names(models):
    found = {}
    for model, architecture in ARCHITECTURES.items():
        tensors = gguf.get_tensor_name_map(gguf.MODEL_ARCH[architecture], 8)
        with safe_open(models / model / "model.safetensors", "numpy") as file:
            keys = sorted(file.keys())
        found[model] = {key: tensors.get_name(key, try_suffixes=(".weight", ".bias")) for key in keys}
    return found


def events():
    wall = 1795282420.25
    value = summary_pb2.Summary.Value
    text = value(
        tag="recipe",
        tensor=tensor_pb2.TensorProto(
            dtype=7,
            tensor_shape=tensor_shape_pb2.TensorShapeProto(dim=[tensor_shape_pb2.TensorShapeProto.Dim(size=1)]),
            string_val=["seed: 3 # naïve".encode()],
        ),
        metadata=summary_pb2.SummaryMetadata(plugin_data=summary_pb2.SummaryMetadata.PluginData(plugin_name="text")),
    )
    scalars = [("train/loss", 0.6931), ("eval/rewards/margins", float("nan")), ("train/num_tokens", 16777217.0), ("train/zero", 0.0)]
    made = [
        event_pb2.Event(wall_time=wall, file_version="brain.Event:2"),
        event_pb2.Event(wall_time=wall, step=0, session_log=event_pb2.SessionLog(status=event_pb2.SessionLog.START)),
        event_pb2.Event(wall_time=wall, step=0, summary=summary_pb2.Summary(value=[text])),
        event_pb2.Event(
            wall_time=wall + 1,
            step=300,
            summary=summary_pb2.Summary(value=[value(tag=tag, simple_value=number) for tag, number in scalars]),
        ),
    ]
    out = io.BytesIO()
    out.close = lambda: None
    writer = RecordWriter(out)
    for event in made:
        writer.write(event.SerializeToString(deterministic=True))
    writer.flush()
    return out.getvalue()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("library/src/test/resources"))
    arguments = parser.parse_args()
    golden = {
        "made_by": "library/src/test/python/make_outputs.py",
        "gguf": base64.b64encode(gguf_file()).decode(),
        "numbers": [float(value) for value in numbers().ravel()],
        "names": names(arguments.out / "models"),
        "events": base64.b64encode(events()).decode(),
        "trainer_state": dataclasses.asdict(TrainerState()),
    }
    (arguments.out / "golden" / "outputs.json").write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    main()
