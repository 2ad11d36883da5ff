#!/usr/bin/env python3
"""Prints problems as JSON lines {"family", "level", "prompt", "answer"}; with --full also "reasoning" and "reply".

    python3 generate.py --seed 1 --count 10 [--families igsm,track] [--levels 1,2] [--split train|held-out|all] [--full]

Every problem belongs to one split by a hash of the problem itself, whatever words it is asked in, so that training never meets a held-out problem. Standard
library only. `documents()` is what the trainer reads: problems, chats of several turns, and ordinary turns.
"""

import argparse
import hashlib
import json
import sys
from random import Random

from problems import FAMILIES, LEVELS, make_problem
from small_talk import follow_up, talk

# Share of documents a family has in training; chains that look back get more.
FAMILY_WEIGHTS = {"igsm": 0.28, "track": 0.18, "add": 0.12, "sub": 0.11, "mul": 0.12, "lineq": 0.11, "path": 0.08}
HELD_OUT_SHARE = 20  # one problem in so many is held out
SYSTEM_PROMPTS = ("You are a helpful assistant.", "You are a careful assistant.", "Answer shortly.", "You solve puzzles.")


def is_held_out(key: str) -> bool:
    return int(hashlib.sha256(key.encode()).hexdigest(), 16) % HELD_OUT_SHARE == 0


def problem_of_split(rng: Random, family: str, level: int, split: str):
    """The next problem that belongs to the split; small families run out of new ones, which is why it may give up."""
    for _ in range(2000):
        problem = make_problem(rng, family, level)
        if split == "all" or is_held_out(problem.key) == (split == "held-out"):
            return problem
    raise RuntimeError(f"no {split} problem of {family} level {level} found")


def turn(role: str, text: str) -> str:
    return f"<|im_start|>{role}\n{text}<|im_end|>\n"


def reply_text(reasoning: str, answer: str) -> str:
    return f"<think>\n{reasoning}\n</think>\n\n{answer}<|im_end|>"


def document(rng: Random):
    """(context, reply): ChatML up to the assistant's turn, and what the model must say."""
    context = turn("system", rng.choice(SYSTEM_PROMPTS)) if rng.random() < 0.12 else ""
    open_reply = "<|im_start|>assistant\n"
    kind = rng.random()
    if kind < 0.05:
        question, reasoning, answer = talk(rng)
        if rng.random() < 0.15:
            return context + turn("user", question) + open_reply + "<think>\n\n</think>\n\n", answer + "<|im_end|>"
        return context + turn("user", question) + open_reply, reply_text(reasoning, answer)
    family = rng.choices(list(FAMILY_WEIGHTS), FAMILY_WEIGHTS.values())[0]
    problem = problem_of_split(rng, family, rng.randint(1, LEVELS), "train")
    if kind < 0.09:  # an earlier exchange stands before the question
        if rng.random() < 0.5:
            question, _, answer = talk(rng)
            context += turn("user", question) + turn("assistant", answer)
        else:
            earlier = problem_of_split(rng, rng.choice(list(FAMILY_WEIGHTS)), rng.randint(1, 2), "train")
            context += turn("user", earlier.prompt) + turn("assistant", earlier.reply)
    if kind < 0.12 and kind >= 0.09:  # a question about the answer just given, or a kind word
        question, reasoning, answer = follow_up(rng, problem.answer) if rng.random() < 0.7 else talk(rng)
        context += turn("user", problem.prompt) + turn("assistant", problem.reply) + turn("user", question)
        return context + open_reply, reply_text(reasoning, answer)
    return context + turn("user", problem.prompt) + open_reply, reply_text(problem.reasoning, problem.reply)


def documents(seed: int):
    """An endless stream of training documents."""
    rng = Random(seed)
    while True:
        yield document(rng)


def problems(seed: int, families, levels, split: str):
    rng = Random(seed)
    while True:
        yield problem_of_split(rng, rng.choice(families), rng.choice(levels), split)


def main():
    parser = argparse.ArgumentParser(description="Problems of the embedded model, as JSON lines.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=10)
    parser.add_argument("--families", default=",".join(FAMILIES))
    parser.add_argument("--levels", default=",".join(str(level) for level in range(1, LEVELS + 1)))
    parser.add_argument("--split", choices=("train", "held-out", "all"), default="all")
    parser.add_argument("--full", action="store_true", help="with reasoning and reply")
    arguments = parser.parse_args()
    families = arguments.families.split(",")
    unknown = set(families) - set(FAMILIES)
    if unknown:
        sys.exit(f"generate.py: unknown families {sorted(unknown)}; there are {sorted(FAMILIES)}")
    levels = [int(level) for level in arguments.levels.split(",")]
    if not set(levels) <= set(range(1, LEVELS + 1)):
        sys.exit(f"generate.py: levels are 1 to {LEVELS}")
    seen = set()
    for problem in problems(arguments.seed, families, levels, arguments.split):
        if len(seen) == arguments.count:
            break
        if problem.key in seen:
            continue
        seen.add(problem.key)
        line = {"family": problem.family, "level": problem.level, "prompt": problem.prompt, "answer": problem.answer}
        if arguments.full:
            line |= {"reasoning": problem.reasoning, "reply": problem.reply}
        print(json.dumps(line))


if __name__ == "__main__":
    main()
