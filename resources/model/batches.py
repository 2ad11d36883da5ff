"""Training rows from generated documents, made by worker processes."""

import multiprocessing

import numpy

from generate import documents
from tokens import Tokenizer


def targets_of(ids, first):
    """What follows each token, or -1 where no loss is taken: the context is not learned."""
    return [-1] * (first - 1) + ids[first:] + [-1]


def packed_rows(tokenizer, seed, length, pool_size=48):
    """Endless (ids, targets) of exactly `length`: whole documents behind each other, the first of a small pool that fits."""
    stream = documents(seed)
    pool = [tokenizer.document(*next(stream)) for _ in range(pool_size)]
    while True:
        ids, targets = [], []
        while True:
            index = next((i for i, (more, _) in enumerate(pool) if len(ids) + len(more) <= length), None)
            if index is None:
                break
            more, first = pool.pop(index)
            ids += more
            targets += targets_of(more, first)
            pool.append(tokenizer.document(*next(stream)))
        if not ids:  # a document longer than a row: cut
            more, first = pool.pop(0)
            ids, targets = more[:length], targets_of(more, first)[:length]
            pool.append(tokenizer.document(*next(stream)))
        missing = length - len(ids)
        yield ids + [tokenizer.pad] * missing, targets + [-1] * missing


def packed_batches(tokenizer, seed, rows, length):
    """Endless (tokens, targets), int16 [rows, length]."""
    stream = packed_rows(tokenizer, seed, length)
    while True:
        chosen = [next(stream) for _ in range(rows)]
        yield tuple(numpy.array([row[part] for row in chosen], dtype=numpy.int16) for part in (0, 1))


def bucketed_batches(tokenizer, seed, tokens, pool_size=1200):
    """Endless (tokens, targets) of documents of similar length: on a CPU attention should cost what the documents need."""
    stream = documents(seed)
    shuffle = numpy.random.default_rng(seed)
    while True:
        pool = sorted((tokenizer.document(*next(stream)) for _ in range(pool_size)), key=lambda document: len(document[0]))
        groups, group = [], []
        for document in pool:
            if group and (len(group) + 1) * rounded(len(document[0])) > tokens:
                groups.append(group)
                group = []
            group.append(document)
        groups.append(group)
        for index in shuffle.permutation(len(groups)):
            yield padded(tokenizer, groups[index])


def rounded(length):
    return (length + 15) // 16 * 16


def padded(tokenizer, group):
    length = rounded(max(len(ids) for ids, _ in group))
    tokens = numpy.full((len(group), length), tokenizer.pad, dtype=numpy.int16)
    targets = numpy.full((len(group), length), -1, dtype=numpy.int16)
    for row, (ids, first) in enumerate(group):
        tokens[row, :len(ids)] = ids
        targets[row, :len(ids)] = targets_of(ids, first)
    return tokens, targets


def feed(queue, seed, form, arguments):
    stream = {"packed": packed_batches, "bucketed": bucketed_batches}[form](Tokenizer(), seed, **arguments)
    for batch in stream:
        queue.put(batch)


def start_workers(count, seed, form, **arguments):
    """A queue that `count` processes keep full; they end with the program."""
    context = multiprocessing.get_context("fork")
    queue = context.Queue(maxsize=32)
    for worker in range(count):
        context.Process(target=feed, args=(queue, seed * 1000 + worker, form, arguments), daemon=True).start()
    return queue
