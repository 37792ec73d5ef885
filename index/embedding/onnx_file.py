"""ONNX's file format, as much of it as our graphs need: protobuf messages, put together field by field.

The numbers are those of onnx.proto. A message within a message is bytes, like any other value.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

OPSET, IR_VERSION = 21, 10
"""Understood by ONNX Runtime since 1.18."""
CONTRIB = "com.microsoft"
"""The domain of ONNX Runtime's own operators."""
TYPES = {"float32": 1, "uint8": 2, "int8": 3, "int32": 6, "int64": 7}
"""As TensorProto numbers them."""
FLOAT, INTEGER = 1, 2
"""Kinds of attributes."""
OUTSIDE = 1
"""Where a tensor's bytes are: in another file."""

Fields = Iterable[tuple[int, int | float | str | bytes]]
Dimensions = Sequence[int | str]
"""A string names a dimension that any input may fix."""


class Stored(NamedTuple):
    """Where a float32 tensor stands in a file."""

    shape: list[int]
    offset: int
    size: int
    """Both in bytes."""


def node(
    kind: str, inputs: Sequence[str], outputs: Sequence[str], domain: str, settings: Mapping[str, int | float]
) -> bytes:
    """A NodeProto."""
    attributes = [
        _message(
            [(1, name), (2, value), (20, FLOAT)] if isinstance(value, float) else [(1, name), (3, value), (20, INTEGER)]
        )
        for name, value in settings.items()
    ]
    named = [*((1, name) for name in inputs), *((2, name) for name in outputs)]
    return _message([*named, (4, kind), *((5, attribute) for attribute in attributes), (7, domain)])


def tensor(name: str, value: NDArray[Any]) -> bytes:
    """A TensorProto that holds its bytes."""
    little = np.ascontiguousarray(value).astype(value.dtype.newbyteorder("<"), copy=False)
    return _message(
        [*((1, size) for size in value.shape), (2, TYPES[value.dtype.name]), (8, name), (9, little.tobytes())]
    )


def tensor_outside(name: str, file: str, place: Stored) -> bytes:
    """A TensorProto of float32 whose bytes stand in a file beside the graph's."""
    facts = {"location": file, "offset": str(place.offset), "length": str(place.size)}
    entries = [(13, _message([(1, key), (2, value)])) for key, value in facts.items()]
    return _message([*((1, size) for size in place.shape), (2, TYPES["float32"]), (8, name), *entries, (14, OUTSIDE)])


def described(name: str, kind: str, shape: Dimensions) -> bytes:
    """A ValueInfoProto: an input or an output of the graph."""
    sizes = [_message([(2 if isinstance(size, str) else 1, size)]) for size in shape]
    tensor_type = _message([(1, TYPES[kind]), (2, _message((1, size) for size in sizes))])
    return _message([(1, name), (2, _message([(1, tensor_type)]))])


def model(
    nodes: Iterable[bytes], constants: Iterable[bytes], inputs: Iterable[bytes], outputs: Iterable[bytes]
) -> bytes:
    """A ModelProto: what a file holds."""
    parts = {1: nodes, 5: constants, 11: inputs, 12: outputs}
    graph = _message([(2, "trunk"), *((number, part) for number, all_of in parts.items() for part in all_of)])
    opsets = [_message([(1, domain), (2, version)]) for domain, version in (("", OPSET), (CONTRIB, 1))]
    return _message([(1, IR_VERSION), (7, graph), *((8, opset) for opset in opsets)])


def _message(fields: Fields) -> bytes:
    return b"".join(_field(number, value) for number, value in fields)


def _field(number: int, value: float | str | bytes) -> bytes:
    """A number is a varint or four bytes; everything else is its length and its bytes."""
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value & (1 << 64) - 1)
    if isinstance(value, float):
        return _varint(number << 3 | 5) + struct.pack("<f", value)
    content = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    """Seven bits a byte, the lowest first; the eighth bit says that more follow."""
    low, high = value & 0x7F, value >> 7
    return bytes([low | 0x80]) + _varint(high) if high else bytes([low])
