#!/usr/bin/env python3
"""Trains the sentencepiece vocabulary on generated text:  train_tokenizer.py [OUT.model] [--vocabulary 2048]

Digits stand alone, with and without a space before them; newlines are symbols of their own; the marks of ChatML and of
reasoning are control tokens, which text never becomes. Whatever is not in the vocabulary is spelled in bytes.
"""

import argparse
from itertools import islice
from pathlib import Path
from random import Random

import sentencepiece

from chat import unknown_question
from generate import documents

CONTROL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<think>", "</think>"]
PRINTABLE = [chr(code) for code in range(33, 127)]  # each gets a piece, whatever the sample holds
SYMBOLS = ["\n", "\n\n"] + [f"\u2581{digit}" for digit in range(10)]


def sentences(count, seed):
    """Lines of text without control marks; ordinary questions are given more weight than they have in training."""
    rng = Random(seed)
    for context, reply in islice(documents(seed), count):
        text = context + reply
        for mark in CONTROL:
            text = text.replace(mark, "\n")
        yield from (line for line in text.split("\n") if line)
        yield from (unknown_question(rng) for _ in range(3))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("output", nargs="?", default=str(Path(__file__).parent / "tokenizer.model"))
    parser.add_argument("--vocabulary", type=int, default=2048)
    parser.add_argument("--documents", type=int, default=20000)
    arguments = parser.parse_args()
    lines = list(sentences(arguments.documents, seed=7)) + PRINTABLE * 40
    Random(7).shuffle(lines)
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines), model_prefix=arguments.output.removesuffix(".model"), model_type="bpe",
        vocab_size=arguments.vocabulary, byte_fallback=True, split_digits=True, normalization_rule_name="identity",
        add_dummy_prefix=False, remove_extra_whitespaces=False, allow_whitespace_only_pieces=True,
        control_symbols=CONTROL, user_defined_symbols=SYMBOLS,
        unk_id=0, bos_id=-1, eos_id=-1, pad_id=-1, character_coverage=0.99999, num_threads=2, minloglevel=1)
    Path(arguments.output).with_suffix(".vocab").unlink(missing_ok=True)


if __name__ == "__main__":
    main()
