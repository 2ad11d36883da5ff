"""Text of a document to token ids: control marks become their ids, everything else is plain text."""

import re
from pathlib import Path

import sentencepiece

MODEL = Path(__file__).parent / "tokenizer.model"
MARKS = re.compile(r"(<\|endoftext\|>|<\|im_start\|>|<\|im_end\|>|<think>|</think>)")


class Tokenizer:
    def __init__(self, path=MODEL):
        self.pieces = sentencepiece.SentencePieceProcessor(model_file=str(path))
        self.size = self.pieces.get_piece_size()
        self.pad = self.id_of("<|endoftext|>")
        self.end = self.id_of("<|im_end|>")

    def id_of(self, mark):
        return self.pieces.piece_to_id(mark)

    def encode(self, text):
        ids = []
        for part in MARKS.split(text):
            if MARKS.fullmatch(part):
                ids.append(self.id_of(part))
            elif part:
                ids.extend(self.pieces.encode(part))
        return ids

    def decode(self, ids):
        """Text of ids; control tokens are dropped."""
        return self.pieces.decode(ids)

    def document(self, context, reply):
        """(ids, index of the first token of the reply)."""
        before = self.encode(context)
        return before + self.encode(reply), len(before)
