"""Writes the small Parquet files that ParquetRowsTest reads, with pyarrow (25.0.1 wrote those that are checked in).

    python library/src/test/python/make_parquet.py library/src/test/resources/golden/parquet
"""

import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq


def turn(role, content):
    return {"role": role, "content": content}


def pairs():
    """Forty conversational pairs, as TRL has them."""
    return pa.Table.from_pylist(
        [
            {
                "prompt": [turn("system", "s")] * (i % 2) + [turn("user", f"question {i} ü")],
                "chosen": [turn("assistant", f"good {i}")],
                "rejected": [turn("assistant", f"bad {i}")],
                "margin": i / 8 if i % 3 else None,
                "tags": ["a", None, f"t{i}"] if i % 2 else [],
                "meta": {"number": i, "flag": i % 4 == 0},
            }
            for i in range(40)
        ]
    )


def tools():
    """Tool calls, whose arguments Arrow gives the fields of all of them."""
    call = lambda name, **arguments: {"type": "function", "function": {"name": name, "arguments": arguments}}
    fields = {"role": None, "content": None, "tool_calls": None, "name": None}
    rows = [
        [
            {**fields, "role": "user", "content": "time?"},
            {**fields, "role": "assistant", "tool_calls": [call("clock", zone="UTC")]},
            {**fields, "role": "tool", "name": "clock", "content": "12:00"},
            {**fields, "role": "assistant", "content": "noon"},
        ],
        [
            {**fields, "role": "user", "content": "sum?"},
            {**fields, "role": "assistant", "tool_calls": [call("add", a=1, b=2)]},
            {**fields, "role": "tool", "name": "add", "content": "3"},
            {**fields, "role": "assistant", "content": "three"},
        ],
    ]
    tool = [{"type": "function", "function": {"name": "clock", "description": "tells the time"}}]
    return pa.Table.from_pylist([{"messages": row, "tools": tool} for row in rows])


def main(folder):
    table = pairs()
    for codec in ["none", "snappy", "gzip", "zstd", "lz4", "brotli"]:
        pq.write_table(
            table, folder / f"{codec}.parquet", compression=codec, row_group_size=15, data_page_size=256
        )
    pq.write_table(
        table, folder / "pages-v2.parquet", compression="zstd", data_page_version="2.0", use_dictionary=False
    )
    # Lists without a group of their own around every element, as older writers nest them.
    flat = pa.table({"question": ["q0", "q1"], "answer": ["a0", "a1"], "scores": [[1, 2], [3]]})
    pq.write_table(flat, folder / "flat.parquet", compression="snappy", use_compliant_nested_type=False)
    pq.write_table(tools(), folder / "tools.parquet", compression="snappy")
    pq.write_table(pa.table({"image": [b"\x89PNG\xff", b"\xff\xd8"]}), folder / "bytes.parquet", compression="none")


main(Path(sys.argv[1]))
