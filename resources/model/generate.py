#!/usr/bin/env python3
"""Prints problems as JSON lines {"family", "level", "prompt", "answer"}.

    python3 generate.py --seed 1 --count 10 [--families igsm,track] [--levels 1,2] [--split train|held-out|all] [--full]

Every problem belongs to one split by a hash of its content, whatever its wording, so that training never meets a held-out
problem. Standard library only. `documents()` is what the trainer reads: problems, chats of several turns, ordinary turns.
"""

import argparse
import hashlib
import json
import sys
from random import Random

from chat import follow_up, talk
from families import FAMILIES
from families.problem import LEVELS, direct_reply, final_reply, reasoning

# Share of problem documents by family in training.
WEIGHTS = {
    "igsm": 0.24, "track": 0.10, "add": 0.05, "sub": 0.05, "mul": 0.07, "div": 0.07, "lineq": 0.16, "countdown": 0.07,
    "knights": 0.09, "path": 0.10,
}
HELD_OUT_SHARE = 20  # one problem in so many is held out
SYSTEM_PROMPTS = (
    "You are a helpful assistant.", "You are a careful assistant.", "Answer shortly.", "You solve puzzles.",
    "You are a helpful assistant. Think step by step.", "Please reason step by step, and put your final answer within \\boxed{}.",
    "You are Zipage, a small demonstration model.", "Be concise and friendly.", "You are good at mathematics.",
)
BEFORE = ("Please solve this: ", "Can you help me? ", "Hi! ", "Question: ", "Solve this problem. ", "Please help: ", "I have a question. ")
AFTER = (
    " Think step by step.", " Put the final answer in \\boxed{}.", "\nPlease reason step by step, and put your final answer within \\boxed{}.",
    " Give the final answer in a box.", " Explain.", " Show your work.", " Thanks!",
)


def is_held_out(problem) -> bool:
    digest = hashlib.sha256(f"{problem.family} {problem.key}".encode()).hexdigest()
    return int(digest, 16) % HELD_OUT_SHARE == 0


def problem_of_split(rng: Random, family: str, level: int, split: str):
    """The next problem that belongs to the split."""
    while True:
        problem = FAMILIES[family](rng, level)
        if split == "all" or is_held_out(problem) == (split == "held-out"):
            return problem


def turn(role: str, text: str) -> str:
    return f"<|im_start|>{role}\n{text}<|im_end|>\n"


def reply_text(thought: str, answer: str) -> str:
    return f"<think>\n{thought}\n</think>\n\n{answer}<|im_end|>"


def worded(rng, prompt):
    """A prompt as users write it, now and then with words around it."""
    if rng.random() < 0.08:
        prompt = rng.choice(BEFORE) + prompt
    if rng.random() < 0.10:
        prompt += rng.choice(AFTER)
    return prompt


def training_problem(rng, levels=LEVELS):
    family = rng.choices(list(WEIGHTS), WEIGHTS.values())[0]
    return problem_of_split(rng, family, rng.randint(1, levels), "train")


def earlier_turns(rng):
    """One or two turns before the one that is learned; their reasoning is gone, as the chat template drops it."""
    text = ""
    for _ in range(rng.choice((1, 1, 2))):
        if rng.random() < 0.4:
            question, _, answer = talk(rng)
            text += turn("user", question) + turn("assistant", answer)
        else:
            problem = training_problem(rng, 3)
            text += turn("user", worded(rng, problem.prompt)) + turn("assistant", final_reply(problem))
    return text


def talk_document(rng, context):
    question, thought, answer = talk(rng)
    start = context + turn("user", question) + "<|im_start|>assistant\n"
    if rng.random() < 0.2:
        return start + "<think>\n\n</think>\n\n", answer + "<|im_end|>"
    return start, reply_text(thought, answer)


def follow_up_document(rng, context):
    problem = training_problem(rng, 4)
    question, thought, answer = follow_up(rng, problem.answer)
    context += turn("user", worded(rng, problem.prompt)) + turn("assistant", final_reply(problem)) + turn("user", question)
    return context + "<|im_start|>assistant\n", reply_text(thought, answer)


def document(rng: Random):
    """(context, reply): ChatML up to the assistant's turn, and what the model must say."""
    context = turn("system", rng.choice(SYSTEM_PROMPTS)) if rng.random() < 0.15 else ""
    if rng.random() < 0.06:
        context += earlier_turns(rng)
    kind = rng.random()
    if kind < 0.08:
        return talk_document(rng, context)
    if kind < 0.12:
        return follow_up_document(rng, context)
    if kind < 0.15:  # asked not to think before the reply
        problem = training_problem(rng, 4)
        start = context + turn("user", worded(rng, problem.prompt)) + "<|im_start|>assistant\n<think>\n\n</think>\n\n"
        return start, direct_reply(problem) + "<|im_end|>"
    problem = training_problem(rng)
    start = context + turn("user", worded(rng, problem.prompt)) + "<|im_start|>assistant\n"
    return start, reply_text(reasoning(rng, problem), final_reply(problem))


def documents(seed: int):
    """An endless stream of training documents."""
    rng = Random(seed)
    while True:
        yield document(rng)


def problems(seed: int, families, levels, split: str):
    """An endless stream of (problem, its reply), the families and levels taking turns."""
    rng = Random(seed)
    while True:
        for family in families:
            for level in levels:
                problem = problem_of_split(rng, family, level, split)
                yield problem, reply_text(reasoning(rng, problem), final_reply(problem)).removesuffix("<|im_end|>")


def parse_arguments():
    parser = argparse.ArgumentParser(description="Problems of the embedded model, as JSON lines.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=10)
    parser.add_argument("--families", default=",".join(FAMILIES))
    parser.add_argument("--levels", default=",".join(str(level) for level in range(1, LEVELS + 1)))
    parser.add_argument("--split", choices=("train", "held-out", "all"), default="all")
    parser.add_argument("--full", action="store_true", help="with the worked reply")
    arguments = parser.parse_args()
    arguments.families = arguments.families.split(",")
    arguments.levels = [int(level) for level in arguments.levels.split(",")]
    if unknown := set(arguments.families) - set(FAMILIES):
        sys.exit(f"generate.py: unknown families {sorted(unknown)}; there are {list(FAMILIES)}")
    if not set(arguments.levels) <= set(range(1, LEVELS + 1)):
        sys.exit(f"generate.py: levels are 1 to {LEVELS}")
    return arguments


def main():
    arguments = parse_arguments()
    seen = set()
    for problem, reply in problems(arguments.seed, arguments.families, arguments.levels, arguments.split):
        if len(seen) >= arguments.count:
            break
        if problem.prompt in seen:
            continue
        seen.add(problem.prompt)
        line = {"family": problem.family, "level": problem.level, "prompt": problem.prompt, "answer": problem.answer}
        print(json.dumps(line | {"reply": reply} if arguments.full else line, ensure_ascii=False))


if __name__ == "__main__":
    main()
