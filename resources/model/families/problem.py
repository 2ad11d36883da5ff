"""What a problem is, and the phrasings that all families share.

The core lines of a chain of thought follow what a small model can learn: the state is carried along, a key is written
before what is looked up under it, values stand next to their keys. Around them stands what a document may lose:
openers, a restatement, remarks, summaries and a second pass that reads the question again.
"""

from dataclasses import dataclass, field
from random import Random

LEVELS = 6


@dataclass
class Problem:
    """One question with its worked solution, before phrasing."""

    family: str
    level: int
    key: str  # what the split is made by: the same for every wording of one problem
    prompt: str
    core: list  # lines that are needed
    check: list  # lines of the second pass; may be empty
    conclusion: str  # what the answer is, as a sentence part: "Ann = 33"
    reply: str  # prose of the final reply, without the box
    answer: str
    restated: str = ""  # the question in few words
    notes: list = field(default_factory=list)  # facts to write down first; may be empty


OPENERS = (
    "Okay, let me think about this step by step.", "Let me work through this carefully.", "Alright, one step at a time.",
    "Let me see what is asked here.", "I will go through this slowly.", "Okay, so I have to solve this.",
    "Let me start by reading the question.", "Hmm, let me think.", "Let me solve this without rushing.",
)
RESTATEMENTS = ("The question: {}.", "I am asked for this: {}.", "So what is wanted: {}.", "To find: {}.", "The task is {}.")
NOTE_OPENERS = ("The facts:", "What is given:", "I note down what I know:", "First I collect what the question says:")
REMARKS = (
    "Good.", "So far so good.", "Let me go on.", "That looks right.", "Okay, next.", "Let me continue from there.",
    "I keep that in mind.", "Now the next step.", "Fine, on to the next one.",
)
RESULTS = ("So the answer is {}.", "That gives {}.", "So I get {}.", "The result is {}.", "Therefore {}.")
CHECK_OPENERS = (
    "Let me check this against the question once more.", "Wait, let me verify that by reading the question again.",
    "Before I answer, a second look at the question.", "Let me make sure by going over it again.",
    "Hmm, is that right? Let me check.", "I should double-check this.",
)
CHECK_CLOSERS = ("Everything fits.", "All of it agrees.", "The check agrees.", "Yes, that is right.", "Good, no mistake found.")
FINALS = (
    "So the final answer is {}.", "I am done: {}.", "I can answer now: {}.", "So I answer {}.", "Final answer: {}.",
)


def boxed(answer):
    return "\\boxed{" + str(answer) + "}"


def with_remarks(rng, lines, share):
    """Puts a remark behind some of the lines."""
    return [f"{line} {rng.choice(REMARKS)}" if rng.random() < share else line for line in lines]


def reasoning(rng: Random, problem: Problem):
    """The chain of thought of a problem in one of its many wordings. Upper levels talk more."""
    talk = min(1.0, 0.35 + 0.1 * problem.level)
    lines = []
    if rng.random() < 0.9:
        lines.append(rng.choice(OPENERS))
    if problem.restated and rng.random() < 0.8:
        lines.append(rng.choice(RESTATEMENTS).format(problem.restated))
    if problem.notes and rng.random() < talk:
        lines += [rng.choice(NOTE_OPENERS)] + problem.notes
    lines += with_remarks(rng, problem.core, rng.choice((0.0, 0.0, 0.1, 0.2)))
    lines.append(rng.choice(RESULTS).format(problem.conclusion))
    if problem.check and rng.random() < talk:
        lines += [rng.choice(CHECK_OPENERS)] + problem.check + [rng.choice(CHECK_CLOSERS)]
        lines.append(rng.choice(FINALS).format(problem.conclusion))
    return "\n".join(lines)


def final_reply(problem: Problem):
    return f"{problem.reply}\n\n{boxed(problem.answer)}"


def direct_reply(problem: Problem):
    """The reply without thinking before it: the needed lines stand in the reply itself."""
    return "\n".join(problem.core) + f"\n\n{final_reply(problem)}"
