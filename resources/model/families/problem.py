"""What a problem is, and the phrasings that all families share.

The core lines of a chain of thought follow what a small model can learn: the state is carried along, a key is written
before what is looked up under it, values stand next to their keys. Around them stands what a document may lose, as
reasoning models write it: openers, a restatement, thinking aloud, summaries, a check, and for short problems one or two more
passes over the same work, until the chain has some length.
"""

from dataclasses import dataclass, field
from random import Random

LEVELS = 6
SHORTEST = (1000, 1700)  # characters, drawn for each chain of thought; two to three make a token


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
THOUGHTS = (
    "I should be careful here, since one slip would spoil everything that comes after it.",
    "There is no hurry, so I take it one small step at a time and look at each of them twice.",
    "Let me not jump ahead; what I need first is the next piece, and nothing more than that.",
    "Okay, that is one more piece in place, and it fits with what I had before.",
    "Hmm, for a moment I thought that could not be right, but looking at it again, it is.",
    "So that is settled, and I can build on it without coming back to it.",
    "I wonder whether there is a shorter way, but this one is safe, so I stay with it.",
    "Wait, did I read that correctly? Yes, I did, so let me go on.",
    "It is easy to mix things up at this point, so I keep them apart and go on slowly.",
    "All right, nothing strange so far, and there is a good part of the way behind me.",
    "That was not hard. The next step should not be hard either, if I keep to the order.",
    "Let me think for a second about what comes next. Yes, I know how to go on from here.",
    "I could stop and check at this place, but I will do that at the end, when all of it is there.",
    "This is how I would explain it to a friend, step by step, without leaving anything out.",
    "Good, I like it when things work out like this. On to the next one.",
    "Now, where was I? Right, in the middle of it. Let me pick it up again where I left it.",
    "I do not see any trick in it, so the plain way should lead to the end.",
    "So far I have not needed to guess anything, and I would like to keep it that way.",
    "Okay, breathe. The rest goes the same way as what I have done up to here.",
    "That agrees with what I expected, more or less, so I trust it and move on.",
    "Actually, let me make sure that I have not skipped anything. No, it is all there.",
    "What helps is to write down every step, even those that look too simple to be worth it.",
    "If I went wrong somewhere, it would show up later, so I keep my eyes open for that.",
    "One could do two steps at once here, but then mistakes are harder to find.",
    "Somebody in a hurry would stop here, but I want to see it through to the end.",
    "I keep that in mind, although I may not need it again.",
    "Nothing in the question speaks against it, so I leave it as it is.",
    "Right, and that is all there is to this part, so on to the part after it.",
    "Let me read my own words again before I write more. Fine, they make sense.",
    "It looks longer than it is; most of it is the same small thing again and again.",
    "I would have thought this to be harder, to be honest, but it goes well.",
    "Hold on, is this really what comes next? Yes, it is, there is no way around it.",
    "That makes one more step behind me and one less in front of me.",
    "I notice that I have to be patient here, and I am.",
    "Okay, so far so good, and now to what follows from it.",
    "If someone asked me now, I could say how I got here, and that is a good sign.",
    "Let me slow down for a moment, since this is where people tend to make mistakes.",
    "Well, that was easy enough, and the one after it will be too.",
    "Good. I could almost do the rest with my eyes closed, but I will not.",
    "There, done with that, and no need to think about it any further.",
)
PLANS = (
    "My plan is simple: first I work it out, and afterwards I look it over before I answer.",
    "First I want to understand what is asked, then do the work, then see whether it holds.",
    "I have seen things of this kind before, and the best way is to go through them in order.",
    "There are a few things to keep track of, so I write them down as I go along.",
    "I will begin at the beginning, keep going until I have a result, and then check that result.",
    "Before doing anything else I make clear to myself what is known and what is wanted.",
)
RESULTS = ("So the answer is {}.", "That gives {}.", "So I get {}.", "The result is {}.", "Therefore {}.")
CHECK_OPENERS = (
    "Let me check this against the question once more.", "Wait, let me verify that by reading the question again.",
    "Before I answer, a second look at the question.", "Let me make sure by going over it again.",
    "Hmm, is that right? Let me check.", "I should double-check this.",
)
CHECK_CLOSERS = ("Everything fits.", "All of it agrees.", "The check agrees.", "Yes, that is right.", "Good, no mistake found.")
AGAIN_OPENERS = (
    "I want to be sure, so let me do the whole thing once more from the start.",
    "To be on the safe side I go through all of it again, as if I had not done it yet.",
    "Let me try again from the beginning and see whether I get the same.",
    "A second time, independently of what I did above.",
)
AGAIN_RESULTS = ("The same again: {}.", "Again {}.", "It comes out the same: {}.", "So once more {}.")
LAST_OPENERS = (
    "One last time, quickly, to leave no doubt.", "And a last look at all of it before I answer.",
    "I go over it for the third and last time.",
)
FINALS = (
    "So the final answer is {}.", "I am done: {}.", "I can answer now: {}.", "So I answer {}.", "Final answer: {}.",
)


def boxed(answer):
    return "\\boxed{" + str(answer) + "}"


class ThinkingAloud:
    """Puts a thought behind every so many lines; none comes twice before all have come once."""

    def __init__(self, rng):
        self.rng, self.every = rng, rng.choices((1, 2, 3, 1000), (0.10, 0.65, 0.15, 0.10))[0]
        self.left, self.count = [], 0

    def thought(self):
        self.left = self.left or self.rng.sample(THOUGHTS, len(THOUGHTS))
        return self.left.pop()

    def around(self, lines):
        for line in lines:
            self.count += 1
            yield f"{line} {self.thought()}" if self.count % self.every == 0 else line


def opening(rng, problem):
    lines = [rng.choice(OPENERS)]
    if problem.restated:
        lines.append(rng.choice(RESTATEMENTS).format(problem.restated))
    lines.append(rng.choice(PLANS))
    return lines + [rng.choice(NOTE_OPENERS), *problem.notes] if problem.notes else lines


def passes(rng, problem, aloud):
    """The parts of a chain in their order: the work, the check if there is one, and the work twice again."""
    yield [*aloud.around(problem.core), rng.choice(RESULTS).format(problem.conclusion)]
    if problem.check:
        yield [rng.choice(CHECK_OPENERS), *aloud.around(problem.check), rng.choice(CHECK_CLOSERS)]
    for openers in (AGAIN_OPENERS, LAST_OPENERS):
        again = rng.choice(AGAIN_RESULTS).format(problem.conclusion)
        yield [rng.choice(openers), *aloud.around(problem.core), again]


def reasoning(rng: Random, problem: Problem):
    """The chain of thought of a problem in one of its many wordings: the work and its check, and then what it takes to
    fill SHORTEST characters."""
    shortest = rng.randint(*SHORTEST)
    lines, needed = opening(rng, problem), 2 if problem.check else 1
    for count, part in enumerate(passes(rng, problem, ThinkingAloud(rng))):
        if count >= needed and len("\n".join(lines)) > shortest:
            break
        lines += part
    return "\n".join([*lines, rng.choice(FINALS).format(problem.conclusion)])


def final_reply(problem: Problem):
    return f"{problem.reply}\n\n{boxed(problem.answer)}"


def direct_reply(problem: Problem):
    """The reply without thinking before it: the needed lines stand in the reply itself."""
    return "\n".join(problem.core) + f"\n\n{final_reply(problem)}"
