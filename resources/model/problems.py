"""The families of problems: each makes a question, a chain of thought in words, and the answer.

The form of the chains follows what a small model can learn: the state is carried along in every line, a key is
written before what is looked up under it, values stand next to their keys, digits are worked on one by one. Openers,
restatements, summaries and a second pass that re-reads the question vary by document: they are what eviction may take.
"""

from dataclasses import dataclass
from random import Random

NAMES = ("Ann Bob Cid Dan Eva Fay Gus Hal Ida Jon Kim Leo Mia Ned Ola Pam Ray Sue Tom Uma Vic Wes Zoe Max").split()
ITEMS = ("apples books coins pens shells cards stamps marbles keys plums nuts cups hats bells stones kites").split()
LEVELS = 6


@dataclass
class Problem:
    """One question with its worked reply. `key` is the problem whatever words it is asked in: what splits go by."""

    family: str
    level: int
    prompt: str
    reasoning: str
    reply: str
    answer: str
    key: str


def boxed(answer):
    return "\\boxed{" + str(answer) + "}"


def opener(rng):
    return rng.choice((
        "Okay, let me think about this step by step.", "Let me work through this carefully.",
        "Alright, one step at a time.", "Let me see what is asked here.", "I will go through this slowly.",
    ))


def closer(rng, answer):
    return rng.choice((
        f"So the answer is {answer}.", f"That gives {answer}.", f"The result is {answer}.", f"Everything fits: {answer}.",
    ))


def check_opener(rng):
    return rng.choice((
        "Let me check this against the question once more.", "Wait, let me verify that by reading the question again.",
        "Before I answer, a second look.", "Let me make sure.",
    ))


# --- word problems over a graph of quantities ------------------------------------------------------------------------


def quantities_graph(rng, count):
    """`count` people in an order in which each depends only on earlier ones: name -> (kind, parents, number)."""
    people = rng.sample(NAMES, count)
    graph, values = {}, {}
    for index, name in enumerate(people):
        choices = ["given"] if index == 0 else ["more", "fewer", "twice", "more"] + (["both"] if index > 1 else [])
        if index > 0 and rng.random() < 0.25:
            choices = ["given"]
        for _ in range(20):
            kind = rng.choice(choices)
            parents = rng.sample(people[max(0, index - 4):index], {"given": 0, "both": 2}.get(kind, 1))
            number = rng.randint(2, 20)
            base = sum(values[parent] for parent in parents)
            value = {"given": number, "more": base + number, "fewer": base - number, "twice": 2 * base, "both": base}[kind]
            if 1 <= value <= 99:
                break
        else:
            kind, parents, number = "given", [], rng.randint(2, 20)
            value = number
        graph[name], values[name] = (kind, parents, number), value
    return graph, values


def fact_sentence(name, fact, item):
    kind, parents, number = fact
    if kind == "given":
        return f"{name} has {number} {item}."
    if kind == "both":
        return f"{name} has as many {item} as {parents[0]} and {parents[1]} together."
    if kind == "twice":
        return f"{name} has twice as many {item} as {parents[0]}."
    return f"{name} has {number} {kind} {item} than {parents[0]}."


def fact_key(name, fact):
    kind, parents, number = fact
    return {
        "given": f"{name} is {number}",
        "more": f"{name} is {{0}} plus {number}",
        "fewer": f"{name} is {{0}} minus {number}",
        "twice": f"{name} is twice {{0}}",
        "both": f"{name} is {{0}} plus {{1}}",
    }[kind].format(*parents)


def fact_sum(fact, values):
    kind, parents, number = fact
    parts = [values[parent] for parent in parents]
    return {
        "more": lambda: f"{parts[0]} + {number}", "fewer": lambda: f"{parts[0]} - {number}",
        "twice": lambda: f"2 * {parts[0]}", "both": lambda: f"{parts[0]} + {parts[1]}",
    }[kind]()


def resolve(name, graph, values, known, still_open, lines):
    """Works out one person by explicit recursion; the list of open people is carried along."""
    kind, parents, _ = graph[name]
    if kind == "given":
        known.append(name)
        lines.append(f"{fact_key(name, graph[name])}, given. {name} = {values[name]}.")
        return
    missing = [parent for parent in parents if parent not in known]
    still_open = still_open + [name]
    lines.append(f"For {name}: {fact_key(name, graph[name])}. Need {' and '.join(parents)}. Open: {', '.join(still_open)}.")
    for parent in missing:
        if parent not in known:
            resolve(parent, graph, values, known, still_open, lines)
    parts = ", ".join(f"{parent} = {values[parent]}" for parent in parents)
    known.append(name)
    lines.append(f"Back to {name}: {fact_key(name, graph[name])}, {parts}. "
                 f"{name} = {fact_sum(graph[name], values)} = {values[name]}.")


def word_problem(rng, level):
    count = (rng.randint(2, 3), 4, rng.randint(5, 6), rng.randint(7, 8), rng.randint(9, 10), rng.randint(11, 12))[level - 1]
    graph, values = quantities_graph(rng, count)
    item = rng.choice(ITEMS)
    people = list(graph)
    wanted = [people[-1]] if rng.random() < 0.7 or level == 1 else [people[-1], rng.choice(people[:-1])]
    order = people[:]
    rng.shuffle(order)
    sentences = [fact_sentence(name, graph[name], item) for name in order]
    question = (f"How many {item} does {wanted[0]} have?" if len(wanted) == 1 else
                f"How many {item} do {wanted[0]} and {wanted[1]} have together?")
    prompt = " ".join(sentences + [question])

    lines = [opener(rng)]
    if level >= 2 and rng.random() < 0.7:
        lines.append(rng.choice(("The facts:", "What is given:", "I note down:")))
        lines += [f"- {fact_key(name, graph[name])}" for name in order]
    lines.append(f"Wanted: {' and '.join(wanted)}.")
    known = []
    for name in wanted:
        if name not in known:
            resolve(name, graph, values, known, [], lines)
    if len(known) > 3:
        lines.append("So far: " + ", ".join(f"{name} = {values[name]}" for name in known) + ".")
    total = sum(values[name] for name in wanted)
    if len(wanted) == 2:
        lines.append(f"Together: {wanted[0]} = {values[wanted[0]]}, {wanted[1]} = {values[wanted[1]]}. "
                     f"{values[wanted[0]]} + {values[wanted[1]]} = {total}.")
    if level >= 3 and rng.random() < 0.6:
        lines.append(check_opener(rng))
        for name in known:
            shown = f"= {values[name]}" if graph[name][0] == "given" else f"= {fact_sum(graph[name], values)} = {values[name]}"
            lines.append(f"{fact_key(name, graph[name])}: {name} {shown}, yes.")
    lines.append(closer(rng, total))
    subject = f"{wanted[0]} has" if len(wanted) == 1 else f"{wanted[0]} and {wanted[1]} have together"
    reply = f"{subject} **{total}** {item}.\n\n{boxed(total)}"
    return Problem("igsm", level, prompt, "\n".join(lines), reply, str(total), prompt)


# --- state tracking ----------------------------------------------------------------------------------------------------


def tracking(rng, level):
    people = sorted(rng.sample(NAMES, 3 if level < 4 else 4))
    item = rng.choice(ITEMS)
    state = {name: rng.randint(5, 30) for name in people}
    start = dict(state)
    number_of_events = (3, 5, 7, 10, 14, 18)[level - 1]
    events, lines = [], []
    asked = rng.choice(people)
    asked_lines, asked_value = [], state[asked]
    for index in range(1, number_of_events + 1):
        actor, other = rng.sample(people, 2)
        kind = rng.choice(("gives", "gives", "finds", "loses"))
        limit = 9 if kind == "finds" else min(9, state[actor] - 1)
        if limit < 1:
            kind, limit = "finds", 9
        number = rng.randint(1, limit)
        if kind == "finds" and state[actor] + number > 95:
            kind = "loses"
        sign = "+" if kind == "finds" else "-"
        after = state[actor] + (number if sign == "+" else -number)
        work = f"{actor} {state[actor]} {sign} {number} = {after}"
        change = {actor: number if sign == "+" else -number}
        state[actor] = after
        sentence = f"{actor} {kind} {number} {item}" if kind != "gives" else f"{actor} gives {number} {item} to {other}"
        if kind == "gives":
            work += f", {other} {state[other]} + {number} = {state[other] + number}"
            state[other] += number
            change[other] = number
        events.append(f"{index}. {sentence}.")
        lines.append(f"{index}. {sentence}: {work}. Now " + ", ".join(f"{name} {state[name]}" for name in people) + ".")
        if asked in change:
            before, asked_value = asked_value, asked_value + change[asked]
            asked_lines.append(f"{index}. {sentence}: {before} {'+' if change[asked] > 0 else '-'} {abs(change[asked])} = {asked_value}.")
        else:
            asked_lines.append(f"{index}. {sentence}: not {asked}, still {asked_value}.")
    given = ", ".join(f"{name} has {start[name]}" for name in people)
    prompt = (f"At first {given} {item}. Then this happens:\n" + "\n".join(events) +
              f"\nHow many {item} does {asked} have at the end?")
    thought = [opener(rng), f"Wanted: {asked} at the end.", "Start: " + ", ".join(f"{name} {start[name]}" for name in people) + "."] + lines
    if level >= 3 and rng.random() < 0.5:
        thought += [check_opener(rng), f"Only {asked}, from {start[asked]}:"] + asked_lines
    thought.append(closer(rng, state[asked]))
    reply = f"At the end {asked} has **{state[asked]}** {item}.\n\n{boxed(state[asked])}"
    return Problem("track", level, prompt, "\n".join(thought), reply, str(state[asked]), prompt)


# --- arithmetic, digit by digit ------------------------------------------------------------------------------------------


def spread(digits):
    return " ".join(digits) if digits else "none"


def add_lines(first, second):
    """Column addition from the right; what is left of both numbers and the result so far are carried along."""
    left, right = list(str(first))[::-1], list(str(second))[::-1]
    lines = [f"From the right: {first} is {spread(left)}, {second} is {spread(right)}."]
    carry, result = 0, ""
    while left or right:
        a, b = int(left.pop(0)) if left else 0, int(right.pop(0)) if right else 0
        total = a + b + carry
        result = str(total % 10) + result
        line = f"{a} + {b} + {carry} = {total}, write {total % 10}, carry {total // 10}. Result {result}."
        carry = total // 10
        lines.append(line + f" Left: {spread(left)} | {spread(right)}.")
    if carry:
        result = str(carry) + result
        lines.append(f"The carry {carry} goes in front. Result {result}.")
    return lines


def subtract_lines(first, second):
    left, right = list(str(first))[::-1], list(str(second))[::-1]
    lines = [f"From the right: {first} is {spread(left)}, {second} is {spread(right)}."]
    borrow, result = 0, ""
    while left:
        a, b = int(left.pop(0)), int(right.pop(0)) if right else 0
        need = b + borrow
        top = a if a >= need else a + 10
        result = str(top - need) + result
        borrow = 1 if a < need else 0
        lines.append(f"{a} against {b} + {need - b} = {need}: {top} - {need} = {top - need}, borrow {borrow}. Result {result}."
                     f" Left: {spread(left)} | {spread(right)}.")
    if result.lstrip("0") != result:
        result = result.lstrip("0") or "0"
        lines.append(f"Without zeros in front: {result}.")
    return lines


def digit_product_lines(number, digit):
    left = list(str(number))[::-1]
    lines = [f"From the right: {number} is {spread(left)}, times {digit}."]
    carry, result = 0, ""
    while left:
        a = int(left.pop(0))
        total = a * digit + carry
        result = str(total % 10) + result
        lines.append(f"{a} * {digit} = {a * digit}, + {carry} = {total}, write {total % 10}, carry {total // 10}. Result {result}."
                     f" Left: {spread(left)}.")
        carry = total // 10
    if carry:
        lines.append(f"The carry {carry} goes in front. Result {carry}{result}.")
    return lines


def random_number(rng, digits):
    return rng.randint(10 ** (digits - 1), 10 ** digits - 1)


def arithmetic_prompt(rng, expression):
    return rng.choice(("What is {}?", "Compute {}.", "Calculate {}.", "How much is {}?")).format(expression)


def arithmetic(rng, level, family, expression, lines, answer):
    thought = [opener(rng), f"I need {expression}."] + lines + [closer(rng, answer)]
    reply = f"${expression.replace('*', chr(92) + 'times')} = {answer}$\n\n{boxed(answer)}"
    return Problem(family, level, arithmetic_prompt(rng, expression), "\n".join(thought), reply, str(answer), expression)


def addition(rng, level):
    digits = (2, 3, 4, 5, 6, 8)[level - 1]
    first, second = random_number(rng, digits), random_number(rng, max(1, digits - rng.randint(0, 1)))
    lines = add_lines(first, second)
    if level >= 3 and rng.random() < 0.3:
        lines += ["Let me check by taking away again."] + subtract_lines(first + second, second) + [f"That is {first}, as it must be."]
    return arithmetic(rng, level, "add", f"{first} + {second}", lines, first + second)


def subtraction(rng, level):
    digits = (2, 3, 4, 5, 6, 8)[level - 1]
    first, second = sorted((random_number(rng, digits), random_number(rng, max(1, digits - rng.randint(0, 1)))), reverse=True)
    return arithmetic(rng, level, "sub", f"{first} - {second}", subtract_lines(first, second), first - second)


def multiplication(rng, level):
    if level <= 3:
        number, digit = random_number(rng, level + 1), rng.randint(2, 9)
        return arithmetic(rng, level, "mul", f"{number} * {digit}", digit_product_lines(number, digit), number * digit)
    number, factor = random_number(rng, level - 2), random_number(rng, 2)
    tens, ones = divmod(factor, 10)
    lines = [f"{factor} is {tens} tens and {ones} ones.", f"First {number} * {ones}."] + digit_product_lines(number, ones)
    lines += [f"Keep {number * ones}.", f"Then {number} * {tens}."] + digit_product_lines(number, tens)
    lines += [f"In tens {number * tens * 10}. Now {number * ones} + {number * tens * 10}."]
    lines += add_lines(number * ones, number * tens * 10)
    return arithmetic(rng, level, "mul", f"{number} * {factor}", lines, number * factor)


# --- equations -----------------------------------------------------------------------------------------------------------


def signed(number):
    return f"+ {number}" if number >= 0 else f"- {-number}"


def equation(rng, level):
    x = rng.randint(1, 12)
    a = rng.randint(2, 9)
    if level == 1:
        b = rng.randint(2, 40)
        problem = f"x + {b} = {x + b}"
        steps = [f"Take {b} from both sides: x = {x + b} - {b} = {x}."]
        check = f"{x} + {b} = {x + b}"
    elif level == 2:
        b = rng.randint(2, 40)
        problem = f"{a}x + {b} = {a * x + b}"
        steps = [f"Take {b} from both sides: {a}x = {a * x + b} - {b} = {a * x}.", f"Divide by {a}: x = {a * x} / {a} = {x}."]
        check = f"{a} * {x} = {a * x}, {a * x} + {b} = {a * x + b}"
    elif level == 3:
        c = rng.randint(1, a - 1)
        b = rng.randint(1, 20)
        d = (a - c) * x + b
        problem = f"{a}x + {b} = {c}x + {d}"
        steps = [f"Take {c}x from both sides: {a} - {c} = {a - c}, so {a - c}x + {b} = {d}.",
                 f"Take {b} from both sides: {a - c}x = {d} - {b} = {d - b}.", f"Divide by {a - c}: x = {d - b} / {a - c} = {x}."]
        check = f"left {a} * {x} = {a * x}, {a * x} + {b} = {a * x + b}; right {c} * {x} = {c * x}, {c * x} + {d} = {c * x + d}"
    elif level == 4:
        b, c = rng.randint(1, 9), rng.randint(1, 20)
        total = a * (x + b) + c
        problem = f"{a}(x + {b}) + {c} = {total}"
        steps = [f"Take {c} from both sides: {a}(x + {b}) = {total} - {c} = {total - c}.",
                 f"Divide by {a}: x + {b} = {total - c} / {a} = {x + b}.", f"Take {b} from both sides: x = {x + b} - {b} = {x}."]
        check = f"{x} + {b} = {x + b}, {a} * {x + b} = {a * (x + b)}, {a * (x + b)} + {c} = {total}"
    elif level == 5:
        y = rng.randint(1, 12)
        b = rng.randint(1, a - 1)
        total, right = x + y, a * x + b * y
        problem = f"x + y = {total} and {a}x + {b}y = {right}. Find x"
        steps = [f"From the first: y = {total} - x.", f"Put in: {a}x + {b} * {total} - {b}x = {right}.",
                 f"{b} * {total} = {b * total}, {a} - {b} = {a - b}, so {a - b}x + {b * total} = {right}.",
                 f"Take {b * total} from both sides: {a - b}x = {right} - {b * total} = {right - b * total}.",
                 f"Divide by {a - b}: x = {right - b * total} / {a - b} = {x}.", f"Then y = {total} - {x} = {y}."]
        check = f"{a} * {x} = {a * x}, {b} * {y} = {b * y}, {a * x} + {b * y} = {right}"
    else:
        b, c, d = rng.randint(1, 9), rng.randint(1, a - 1), 0
        d = rng.randint(1, 30)
        e = a * (x + b) + d - c * x
        problem = f"{a}(x + {b}) + {d} = {c}x + {e}"
        steps = [f"Open the bracket: {a} * {b} = {a * b}, so {a}x + {a * b} + {d} = {c}x + {e}.",
                 f"{a * b} + {d} = {a * b + d}, so {a}x + {a * b + d} = {c}x + {e}.",
                 f"Take {c}x from both sides: {a} - {c} = {a - c}, so {a - c}x + {a * b + d} = {e}.",
                 f"Take {a * b + d} from both sides: {a - c}x = {e} - {a * b + d} = {e - a * b - d}.",
                 f"Divide by {a - c}: x = {e - a * b - d} / {a - c} = {x}."]
        check = (f"left {x} + {b} = {x + b}, {a} * {x + b} = {a * (x + b)}, {a * (x + b)} + {d} = {a * (x + b) + d}; "
                 f"right {c} * {x} = {c * x}, {c * x} + {e} = {c * x + e}")
    lines = [opener(rng), f"The equation is {problem}."] + steps
    if rng.random() < 0.8:
        lines += [f"{check_opener(rng)} With x = {x}: {check}. Yes."]
    lines.append(closer(rng, f"x = {x}"))
    prompt = rng.choice(("Solve {}.", "Find x: {}." if level != 5 else "Solve {}.", "Solve for x: {}.")).format(problem)
    return Problem("lineq", level, prompt, "\n".join(lines), f"The solution is $x = {x}$.\n\n{boxed(x)}", str(x), problem)


# --- shortest paths ------------------------------------------------------------------------------------------------------


def towns(rng, count):
    """A connected map: town -> {neighbour: length}."""
    names = list("ABCDEFGHJK"[:count])
    roads = {name: {} for name in names}
    pairs = [(names[rng.randrange(index)], names[index]) for index in range(1, count)]
    while len(pairs) < count + count // 2:
        pair = tuple(sorted(rng.sample(names, 2)))
        if pair not in pairs:
            pairs.append(pair)
    for first, second in pairs:
        roads[first][second] = roads[second][first] = rng.randint(1, 9)
    return roads


def shortest_path(rng, level):
    roads = towns(rng, level + 3)
    start, goal = rng.sample(list(roads), 2)
    listing = "\n".join(f"From {name}: " + ", ".join(f"{to} {roads[name][to]}" for to in sorted(roads[name])) + "." for name in roads)
    prompt = f"Roads between towns with their lengths:\n{listing}\nHow long is the shortest way from {start} to {goal}?"
    lines = [opener(rng), f"Wanted: {start} to {goal}.", f"Open: {start} 0. Done: none."]
    distances, open_towns, done = {start: 0}, [start], []
    while open_towns[0] != goal:
        town = open_towns.pop(0)
        here = distances[town]
        done.append(town)
        line = f"Nearest {town} {here}. From {town}: " + ", ".join(f"{to} {roads[town][to]}" for to in sorted(roads[town])) + "."
        for to in sorted(roads[town]):
            length = roads[town][to]
            if to in done:
                line += f" {to} is done."
            elif to not in distances:
                distances[to] = here + length
                open_towns.append(to)
                line += f" {to}: {here} + {length} = {here + length}, new."
            else:
                old = distances[to]
                distances[to] = min(old, here + length)
                line += f" {to}: {here} + {length} = {here + length}, had {old}, keep {distances[to]}."
        open_towns.sort(key=lambda name: (distances[name], name))
        lines.append(line + " Open: " + ", ".join(f"{name} {distances[name]}" for name in open_towns) + ". Done: " + ", ".join(done) + ".")
    answer = distances[goal]
    lines += [f"Nearest {goal} {answer}. That is the goal.", closer(rng, answer)]
    reply = f"The shortest way from {start} to {goal} has length **{answer}**.\n\n{boxed(answer)}"
    return Problem("path", level, prompt, "\n".join(lines), reply, str(answer), prompt)


FAMILIES = {
    "igsm": word_problem, "track": tracking, "add": addition, "sub": subtraction, "mul": multiplication,
    "lineq": equation, "path": shortest_path,
}


def make_problem(rng: Random, family: str, level: int) -> Problem:
    return FAMILIES[family](rng, level)
