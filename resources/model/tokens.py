"""Text of a document to token ids: control marks become their ids, everything else is plain text."""

import re

CONTROL_PATTERN = re.compile(r"(<\|endoftext\|>|<\|im_start\|>|<\|im_end\|>|<think>|</think>)")


def encode(tokenizer, text):
    ids = []
    for part in CONTROL_PATTERN.split(text):
        if CONTROL_PATTERN.fullmatch(part):
            ids.append(tokenizer.piece_to_id(part))
        elif part:
            ids.extend(tokenizer.encode(part))
    return ids


def document_ids(tokenizer, context, reply):
    """(ids, index of the first token of the reply)."""
    before = encode(tokenizer, context)
    return before + encode(tokenizer, reply), len(before)
