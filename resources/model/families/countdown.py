"""Reaching a target from given numbers, each used once, by depth-first search that is written out."""

from families.problem import Problem

# Numbers and the most lines of search by level.
SHAPES = ((2, 3), (3, 4), (3, 9), (4, 8), (4, 16), (4, 28))
LARGEST = 150  # products above are not followed


def results(first, second):
    """What two numbers give, larger first: (expression, value)."""
    high, low = max(first, second), min(first, second)
    return [(f"{high} + {low}", high + low), (f"{high} - {low}", high - low), (f"{high} * {low}", high * low)]


def result(value):
    return f"= {value}" if value <= LARGEST else "too big"


def pairs(numbers):
    """All pairs in order with what is left of the numbers."""
    for i in range(len(numbers)):
        for j in range(i + 1, len(numbers)):
            rest = [number for index, number in enumerate(numbers) if index not in (i, j)]
            yield numbers[i], numbers[j], rest


def shown(numbers):
    return " ".join(str(number) for number in numbers)


class Search:
    """Writes one line for each try; `steps` is the way that led to the target."""

    def __init__(self, target, limit):
        self.target, self.limit = target, limit
        self.lines, self.steps = [], []

    def last_pair(self, prefix, numbers):
        """The three results of two numbers, up to the first that hits the target."""
        tries = []
        for expression, value in results(*numbers):
            tries.append(f"{expression} {result(value)}")
            if value == self.target:
                self.lines.append(f"{prefix}{', '.join(tries)}. That is {self.target}.")
                self.steps.insert(0, f"{expression} = {value}")
                return True
        self.lines.append(f"{prefix}{', '.join(tries)}. Not {self.target}.")
        return False

    def run(self, numbers):
        if len(numbers) == 2:
            return self.last_pair(f"From {shown(numbers)}: ", numbers)
        for first, second, rest in pairs(numbers):
            for expression, value in results(first, second):
                if len(self.lines) >= self.limit:
                    return False
                if value > LARGEST:
                    self.lines.append(f"From {shown(numbers)}: {expression} too big.")
                    continue
                head = f"From {shown(numbers)}: {expression} = {value}, left {shown(rest + [value])}"
                if len(rest) == 1:
                    found = self.last_pair(f"{head}: ", rest + [value])
                else:
                    self.lines.append(f"{head}.")
                    found = self.run(rest + [value])
                    if not found:
                        self.lines.append(f"Nothing from {shown(rest + [value])}. Back to {shown(numbers)}, after {expression}.")
                if found:
                    self.steps.insert(0, f"{expression} = {value}")
                    return True
        return False


def make(rng, level):
    count, limit = SHAPES[level - 1]
    while True:
        numbers = [rng.randint(1, 12 if count > 2 else 30) for _ in range(count)]
        target = target_from(rng, numbers)
        search = Search(target, limit)
        if 1 <= target <= LARGEST and search.run(numbers) and len(search.lines) <= limit:
            break
    listed = shown(numbers) if rng.random() < 0.15 else ", ".join(map(str, numbers[:-1])) + f" and {numbers[-1]}"
    prompt = rng.choice((
        "Use the numbers {0}, each once, with +, - and *, to reach {1}.", "Make {1} from {0} with +, - and *, using each number once.",
        "Countdown: the numbers are {0}, the target is {1}. Use +, - and *.", "Make {1} from {0}.", "Reach {1} with {0}, using each once.",
        "Combine {0} with +, - and * to get {1}.", "How can I get {1} from {0}?", "Get {1} from the numbers {0}.")).format(listed, target)
    core = [f"Numbers {shown(numbers)}, target {target}."] + search.lines
    core.append("Steps: " + ", then ".join(search.steps) + ".")
    answer = ", ".join(search.steps)
    latex = ", ".join(f"${step.replace('*', chr(92) + 'times')}$" for step in search.steps)
    check = [f"The numbers are {shown(numbers)}. Used: {answer}. The last one gives {target}."] if level > 1 else []
    return Problem("countdown", level, f"{numbers}{target}", prompt, core, check, f"{search.steps[-1]}", f"One way is {latex}.",
                   answer, restated=f"{target} from {shown(numbers)}")


def target_from(rng, numbers):
    """Combines the numbers in a random order, so that a solution exists."""
    pool = numbers[:]
    while len(pool) > 1:
        first, second = rng.sample(range(len(pool)), 2)
        value = rng.choice(results(pool[first], pool[second]))[1]
        pool = [number for index, number in enumerate(pool) if index not in (first, second)] + [value]
    return pool[0]
