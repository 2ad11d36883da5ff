"""Word problems over a graph of quantities, with facts that are not needed among those that are."""

from families.names import number_writer, pick_item, pick_names
from families.problem import Problem

# Needed and unneeded quantities by level.
SIZES = ((2, 3, 0, 1), (3, 4, 0, 1), (4, 6, 1, 3), (6, 8, 2, 4), (8, 10, 2, 4), (10, 12, 3, 5))
LARGEST = 99


def make_fact(rng, parent, others, values):
    """(kind, parents, number), value: a quantity that depends on `parent`, and on one of `others` if there are any."""
    for _ in range(30):
        kind = rng.choice(("both", "both", "between")) if others else rng.choice(("more", "fewer", "times", "more", "half"))
        parents = [parent] + ([rng.choice(others)] if others else [])
        rng.shuffle(parents)
        number = rng.choice((2, 2, 3, 4)) if kind == "times" else rng.randint(1, 20)
        first, second = values[parents[0]], values[parents[-1]]
        if kind == "half" and first % 2:
            continue
        value = {
            "more": first + number, "fewer": first - number, "times": first * number, "half": first // 2,
            "both": first + second, "between": first - second,
        }[kind]
        if 1 <= value <= LARGEST:
            return (kind, parents, number), value
    return None, 0


def make_graph(rng, needed, unneeded):
    """name -> (kind, parents, number) and name -> value, and the names that matter, the wanted one last. `unused` are
    names that nothing depends on yet: a new quantity joins two of them, or one with an earlier one, or goes on from one."""
    people = pick_names(rng, needed + unneeded)
    facts, values, unused = {}, {}, []
    chain = people[:needed]
    for index, name in enumerate(chain):
        fact, value = None, 0
        if index and (index == needed - 1 or len(unused) > 1 or rng.random() < 0.8):
            others = unused[:-1] or (chain[max(0, index - 7):index - 1] if rng.random() < 0.35 else [])
            fact, value = make_fact(rng, unused[-1], others, values)
            fact, value = (fact, value) if fact else make_fact(rng, unused[-1], [], values)
        facts[name], values[name] = (fact, value) if fact else (("given", [], 0), rng.randint(2, 25))
        unused = [other for other in unused if other not in facts[name][1]] + [name]
    for name in people[needed:]:
        earlier = rng.sample(list(values), len(values))
        fact, value = make_fact(rng, earlier[0], earlier[1:] if rng.random() < 0.4 else [], values)
        if not fact or rng.random() < 0.35:
            fact, value = ("given", [], 0), rng.randint(2, 25)
        facts[name], values[name] = fact, value
    return facts, values, chain


# Verbs as (said of one person, asked with do or did).
VERBS = (
    ("has", "have"), ("owns", "own"), ("picked", "pick"), ("collected", "collect"), ("made", "make"), ("found", "find"),
    ("bought", "buy"), ("sold", "sell"), ("saw", "see"), ("got", "get"), ("brought", "bring"), ("counted", "count"),
)


class Wording:
    """How one document words its facts and its question: things that people have, get or make."""

    def __init__(self, rng):
        self.rng, self.item, self.number = rng, pick_item(rng), number_writer(rng)
        self.verb, self.base = rng.choice(VERBS) if rng.random() < 0.35 else VERBS[0]
        self.present = self.verb.endswith("s")
        self.subject = self.item

    def fact(self, name, fact, value):
        kind, parents, number = fact
        first, second = (parents + [None, None])[:2]
        start, item, count = f"{name} {self.verb}", self.item, self.number(number)
        if kind == "given":
            forms = (f"{start} {self.number(value)} {item}.",)
            forms = forms * 4 + (f"There are {self.number(value)} {item} in {name}'s bag.",) if self.verb == "has" else forms
        elif kind == "more":
            forms = (f"{start} {count} more {item} than {first}.", f"{start} {count} {item} more than {first}.",
                     f"{start} {count} more than {first}.")
        elif kind == "fewer":
            forms = (f"{start} {count} fewer {item} than {first}.", f"{start} {count} fewer than {first}.",
                     f"{start} {count} less than {first}.", f"{start} {count} less {item} than {first}.")
        elif kind == "times":
            times = self.rng.choice(("twice", "twice", "two times")) if number == 2 else f"{count} times"
            forms = (f"{start} {times} as many {item} as {first}.", f"{start} {times} as many as {first}.")
            forms += (f"{start} double the {item} of {first}.",) if number == 2 else ()
        elif kind == "half":
            forms = (f"{start} half as many {item} as {first}.", f"{start} half as many as {first}.")
        elif kind == "both":
            forms = (f"{start} as many {item} as {first} and {second} together.", f"{start} as many as {first} and {second} combined.")
        else:
            forms = (f"{start} as many {item} as {first} has more than {second}.",
                     f"{start} as many {item} as {first} minus {second}.")
        return self.rng.choice(forms)

    def question(self, wanted, everyone):
        do = "do" if self.present else "did"
        if len(wanted) == 1:
            return f"How many {self.item} {'does' if self.present else 'did'} {wanted[0]} {self.base}?"
        end = self.rng.choice(("together", "in total", "altogether"))
        names = "they" if everyone else in_words(wanted)
        forms = (f"How many {self.item} {do} {names} {self.base} {end}?",) * 3
        return self.rng.choice(forms + (f"How many {self.item} are there in total?",) if everyone else forms)

    def reply(self, wanted, total):
        if len(wanted) == 1:
            return f"{wanted[0]} {self.verb} **{total}** {self.item}."
        return f"Together they {self.base if self.present else self.verb} **{total}** {self.item}."


class Ages(Wording):
    """The same with ages."""

    def __init__(self, rng):
        super().__init__(rng)
        self.subject = "age"

    def fact(self, name, fact, value):
        kind, parents, number = fact
        first, second = (parents + [None, None])[:2]
        count = self.number(number)
        forms = {
            "given": (f"{name} is {self.number(value)} years old.", f"{name} is {self.number(value)}."),
            "more": (f"{name} is {count} years older than {first}.",),
            "fewer": (f"{name} is {count} years younger than {first}.",),
            "times": (f"{name} is {'twice' if number == 2 else count + ' times'} as old as {first}.",),
            "half": (f"{name} is half as old as {first}.",),
            "both": (f"{name} is as old as {first} and {second} together.",),
            "between": (f"{name} is as old as {first} minus {second}.",),
        }
        return self.rng.choice(forms[kind])

    def question(self, wanted, everyone):
        if len(wanted) == 1:
            return f"How old is {wanted[0]}?"
        return f"How old are {'they' if everyone else in_words(wanted)} together?"

    def reply(self, wanted, total):
        return f"{wanted[0]} is **{total}** years old." if len(wanted) == 1 else f"Together they are **{total}** years old."


def in_words(names):
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def as_one_sentence(sentences, question):
    """If A, and B, how many …?"""
    facts = [sentence.rstrip(".") for sentence in sentences]
    return f"If {', and '.join(facts)}, {question[0].lower()}{question[1:]}"


def formula(fact):
    """The fact as a formula over names."""
    kind, parents, number = fact
    return {
        "more": "{0} + {n}", "fewer": "{0} - {n}", "times": "{n} * {0}", "half": "{0} / 2", "both": "{0} + {1}", "between": "{0} - {1}",
    }[kind].format(*parents, n=number)


def sum_of(fact, values):
    kind, parents, number = fact
    numbers = [values[parent] for parent in parents]
    return {
        "more": "{0} + {n}", "fewer": "{0} - {n}", "times": "{n} * {0}", "half": "{0} / 2", "both": "{0} + {1}", "between": "{0} - {1}",
    }[kind].format(*numbers, n=number)


def note(name, fact, values):
    return f"{name} = {values[name]}" if fact[0] == "given" else f"{name} = {formula(fact)}"


class Solver:
    """Works out quantities by explicit recursion and writes down each step; the stack of open names is carried along."""

    def __init__(self, rng, facts, values):
        self.facts, self.values = facts, values
        self.known, self.lines = [], []
        self.summary_every = rng.choice((0, 3, 4, 5))

    def resolve(self, name, stack=()):
        fact = self.facts[name]
        if fact[0] == "given":
            self.learn(name, f"{name}: given, {name} = {self.values[name]}.")
            return
        needs = " and ".join(dict.fromkeys(fact[1]))
        waiting = f" Waiting: {', '.join(stack)}." if stack else ""
        self.lines.append(f"{name}: {name} = {formula(fact)}, need {needs}.{waiting}")
        for parent in dict.fromkeys(fact[1]):
            if parent in self.known:
                self.lines.append(f"{parent}: known, {parent} = {self.values[parent]}.")
            else:
                self.resolve(parent, (*stack, name))
        parts = ", ".join(f"{parent} = {self.values[parent]}" for parent in dict.fromkeys(fact[1]))
        self.learn(name, f"Back to {name}: {name} = {formula(fact)}, {parts}. "
                         f"{name} = {sum_of(fact, self.values)} = {self.values[name]}.")

    def learn(self, name, line):
        self.known.append(name)
        self.lines.append(line)
        if self.summary_every and len(self.known) % self.summary_every == 0:
            self.lines.append("So far: " + ", ".join(f"{known} = {self.values[known]}" for known in self.known) + ".")


def check_lines(order, facts, values, known):
    """Reads the question again, fact by fact."""
    lines = []
    for name in order:
        if name not in known:
            lines.append(f"{name}: not needed.")
        elif facts[name][0] == "given":
            lines.append(f"{name}: given {values[name]}, and I have {name} = {values[name]}, right.")
        else:
            lines.append(f"{name}: {formula(facts[name])} = {sum_of(facts[name], values)} = {values[name]}, "
                         f"and I have {name} = {values[name]}, right.")
    return lines


def total_lines(wanted, values):
    """Adds up the wanted values one after the other."""
    line = "Together: " + ", ".join(f"{name} = {values[name]}" for name in wanted) + "."
    total = values[wanted[0]]
    for name in wanted[1:]:
        line += f" {total} + {values[name]} = {total + values[name]}."
        total += values[name]
    return line, total


def choose_wanted(rng, facts, chain):
    """(names asked for, whether that is everyone)."""
    kind = rng.random()
    if len(facts) <= 4 and kind < 0.35:
        return list(facts), True
    if kind < 0.25:
        return rng.sample([chain[-1], rng.choice(chain[:-1])], 2), False
    return [chain[-1]], False


def make(rng, level):
    low, high, few, many = SIZES[level - 1]
    facts, values, chain = make_graph(rng, rng.randint(low, high), rng.randint(few, many))
    wording = Ages(rng) if rng.random() < 0.12 else Wording(rng)
    wanted, everyone = choose_wanted(rng, facts, chain)
    order = list(facts)
    if level > 2 or rng.random() < 0.5:
        rng.shuffle(order)
    if everyone:
        wanted = order
    sentences = [wording.fact(name, facts[name], values[name]) for name in order]
    question = wording.question(wanted, everyone)
    one_sentence = len(facts) <= 4 and rng.random() < 0.15
    prompt = as_one_sentence(sentences, question) if one_sentence else " ".join([*sentences, question])
    solver = Solver(rng, facts, values)
    core = [f"Wanted: {' and '.join(wanted)}."]
    for name in wanted:
        if name not in solver.known:
            solver.resolve(name)
    core += solver.lines
    total, conclusion = values[wanted[0]], f"{wanted[0]} = {values[wanted[0]]}"
    if len(wanted) > 1:
        line, total = total_lines(wanted, values)
        core.append(line)
        conclusion = f"together {total}"
    key = "|".join(f"{name}:{facts[name]}:{values[name]}" for name in order) + wording.subject + str(wanted)
    return Problem("igsm", level, key, prompt, core, check_lines(order, facts, values, solver.known), conclusion,
                   wording.reply(wanted, total), str(total), restated=f"the {wording.subject} of {' and '.join(wanted)}",
                   notes=[f"- {note(name, facts[name], values)}" for name in order])
