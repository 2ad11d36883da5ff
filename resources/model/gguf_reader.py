"""Reads back what convert.py writes: metadata, and the tensors as float32 numpy arrays."""

import struct

import numpy

SCALARS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}
STRING, ARRAY = 8, 9


class Cursor:
    def __init__(self, data):
        self.data, self.offset = data, 0

    def take(self, form):
        value, = struct.unpack_from(form, self.data, self.offset)
        self.offset += struct.calcsize(form)
        return value

    def string(self):
        length = self.take("<Q")
        self.offset += length
        return bytes(self.data[self.offset - length:self.offset]).decode()

    def value(self, kind):
        if kind == STRING:
            return self.string()
        if kind == ARRAY:
            item, count = self.take("<I"), self.take("<Q")
            return [self.value(item) for _ in range(count)]
        return self.take(SCALARS[kind])


def bf16_values(raw):
    return (raw.view(numpy.uint16).astype(numpy.uint32) << 16).view(numpy.float32)


def q8_0_values(raw):
    blocks = raw.reshape(-1, 34)
    scales = blocks[:, :2].copy().view(numpy.float16).astype(numpy.float32)
    return (blocks[:, 2:].copy().view(numpy.int8) * scales).ravel()


# GGUF type -> (bytes of a block, values of a block, decoder)
TENSOR_TYPES = {
    0: (4, 1, lambda raw: raw.view(numpy.float32)), 1: (2, 1, lambda raw: raw.view(numpy.float16).astype(numpy.float32)),
    8: (34, 32, q8_0_values), 30: (2, 1, bf16_values),
}


def read(path):
    """(metadata, name -> array) of a GGUF file."""
    data = numpy.fromfile(path, dtype=numpy.uint8)
    cursor = Cursor(data)
    if (magic := cursor.take("<I")) != 0x46554747:
        raise ValueError(f"{path} is no GGUF file: it starts with {magic:#x}")
    cursor.take("<I")
    tensor_count, entry_count = cursor.take("<Q"), cursor.take("<Q")
    metadata = {}
    for _ in range(entry_count):
        key = cursor.string()
        metadata[key] = cursor.value(cursor.take("<I"))
    table = []
    for _ in range(tensor_count):
        name, rank = cursor.string(), cursor.take("<I")
        shape = [cursor.take("<Q") for _ in range(rank)][::-1]
        table.append((name, shape, cursor.take("<I"), cursor.take("<Q")))
    alignment = metadata.get("general.alignment", 32)
    start = (cursor.offset + alignment - 1) // alignment * alignment
    tensors = {}
    for name, shape, kind, offset in table:
        block_bytes, block_values, decode = TENSOR_TYPES[kind]
        length = int(numpy.prod(shape)) // block_values * block_bytes
        tensors[name] = decode(data[start + offset:start + offset + length].copy()).reshape(shape)
    return metadata, tensors
