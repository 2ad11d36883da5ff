"""Keeping track of a changing state: who has how many of something, or who holds which thing."""

from families.names import number_writer, pick_item, pick_names
from families.problem import Problem

EVENTS = ((2, 3), (4, 5), (6, 8), (9, 12), (12, 14), (15, 18))
COLOURS = "red blue green yellow white black".split()
GETS = ("{} finds {} {}.", "{} gets {} more {}.", "{} buys {} {}.", "{} picks up {} {}.", "{} wins {} {}.", "{} finds {} more.")
LOSES = ("{} loses {} {}.", "{} gives away {} {}.", "{} sells {} {}.", "{} drops {} {}.", "{} uses {} {}.", "{} loses {}.")
GIVES = ("{} gives {} {} to {}.", "{} gives {} {} to {}.", "{} hands {} {} to {}.", "{0} gives {3} {1} {2}.", "{0} gives {1} to {3}.")


def counts(state):
    return ", ".join(f"{name} {state[name]}" for name in state)


def listing(rng, events):
    """Events in one line or numbered in lines of their own."""
    if rng.random() < 0.5:
        return " " + " ".join(events) + " "
    return "\n" + "\n".join(f"{index}. {text}" for index, text in enumerate(events, 1)) + "\n"


def ask(rng, item, asked):
    return rng.choice((f"How many {item} does {asked} have at the end?", f"How many {item} does {asked} have now?",
                       f"How many {item} does {asked} have then?", f"How many {item} does {asked} have left?"))


def in_words(parts):
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))


def counting(level, key, prompt, core, check, asked, item, value):
    return Problem("track", level, key, prompt, core, check if level > 1 else [], f"{asked} has {value}",
                   f"At the end {asked} has **{value}** {item}.", str(value), restated=f"the {item} of {asked} at the end")


def make_counting(rng, level):
    people = pick_names(rng, rng.choice((2, 3) if level < 3 else (3, 3, 4)))
    item, write = pick_item(rng), number_writer(rng)
    state = {name: rng.randint(3, 40) for name in people}
    start, asked = dict(state), rng.choice(people)
    events, core, check = [], [f"Start: {counts(state)}."], [f"Only {asked}, from {start[asked]}:"]
    for index in range(1, rng.randint(*EVENTS[level - 1]) + 1):
        before = state[asked]
        text, work = counting_event(rng, state, item, write)
        events.append(text)
        core.append(f"{index}. {text} {work} Now {counts(state)}.")
        change = state[asked] - before
        step = f"{before} {'+' if change > 0 else '-'} {abs(change)} = {state[asked]}" if change else f"still {before}"
        check.append(f"{index}. {text} {asked}: {step}.")
    given = in_words([f"{name} has {write(start[name])}" for name in people])
    given = rng.choice(("At first {} {}.", "In the beginning {} {}.", "{} {}.")).format(given, item)
    if rng.random() < 0.4:
        given = " ".join(f"{name} has {write(start[name])} {item}." for name in people)
    key = f"{start}{item}{events}{asked}"
    return counting(level, key, given + listing(rng, events) + ask(rng, item, asked), core, check, asked, item, state[asked])


def counting_event(rng, state, item, write):
    """Changes the state by one event; (sentence, work)."""
    actor, other = rng.sample(list(state), 2)
    kind = rng.choice(("gives", "gives", "gets", "loses"))
    if state[actor] < 2:
        kind = "gets"
    if kind == "gets" and state[actor] > 85 or kind == "gives" and state[other] > 85:
        kind = "loses"
    number = rng.randint(1, 12 if kind == "gets" else min(12, state[actor] - 1))
    if kind == "gets":
        work = f"{actor}: {state[actor]} + {number} = {state[actor] + number}."
        state[actor] += number
        return rng.choice(GETS).format(actor, write(number), item), work
    work = f"{actor}: {state[actor]} - {number} = {state[actor] - number}."
    state[actor] -= number
    if kind == "loses":
        return rng.choice(LOSES).format(actor, write(number), item), work
    work += f" {other}: {state[other]} + {number} = {state[other] + number}."
    state[other] += number
    return rng.choice(GIVES).format(actor, write(number), item, other), work


def make_single(rng, level):
    """One person counts; the others are only named. Later sentences may say he, she or they."""
    (asked, *others), item, write = pick_names(rng, 4), pick_item(rng), number_writer(rng)
    value = start = rng.randint(5, 60)
    pronoun = rng.choice(("She", "He", "They")) if rng.random() < 0.4 else None
    events, core = [], [f"Start: {asked} {start}."]
    for index in range(1, rng.randint(*EVENTS[level - 1]) - (1 if level == 1 else 0) + 1):
        gain = value < 3 or value < 85 and rng.random() < 0.45
        number = rng.randint(1, 20 if gain else min(20, value - 1))
        other = rng.choice(others)
        forms = GETS + ("{} gets {} {} from {}.",) * 3 + ("{3} gives {1} {2} to {0}.",) if gain else LOSES + GIVES * 2
        text = rng.choice(forms).format(asked, write(number), item, other)
        if pronoun and text.startswith(f"{asked} "):
            plural = text.replace(f"{asked} ", f"{pronoun} ", 1)
            text = plural if pronoun != "They" else plural.replace("s ", " ", 1)
        after = value + number if gain else value - number
        work = f"{asked}: {value} {'+' if gain else '-'} {number} = {after}."
        events.append(text)
        core.append(f"{index}. {text} {work} Now {asked} {after}.")
        value = after
    given = rng.choice(("{} has {} {}.", "{} has {} {}.", "At first {} has {} {}.")).format(asked, write(start), item)
    text = given + listing(rng, events) + ask(rng, item, asked)
    if len(events) == 1 and rng.random() < 0.5 and events[0].startswith(f"{asked} "):
        text = f"{given[:-1]} and {events[0].removeprefix(f'{asked} ')} {ask(rng, item, asked)}"
        core[1] = core[1].replace("1. ", "", 1)
    return counting(level, f"{start}{asked}{item}{events}", text, core, [], asked, item, value)


def make_swapping(rng, level):
    people = pick_names(rng, rng.randint(3, 3 if level == 1 else 4 if level < 4 else 5))
    colours = rng.sample(COLOURS, len(people))
    thing = rng.choice(("ball", "card", "hat", "cup", "key", "book"))
    state = dict(zip(people, colours))
    start, asked = dict(state), rng.choice(people)
    events, core = [], [f"Start: {counts(state)}."]
    form = rng.choice(("{} and {} swap.", "{} swaps with {}.", "{} and {} trade.", "{} and {} swap {}s."))
    for index in range(1, rng.randint(*EVENTS[level - 1]) + 1):
        first, second = rng.sample(people, 2)
        text = form.format(first, second, thing)
        work = f"{first} had {state[first]}, {second} had {state[second]}."
        state[first], state[second] = state[second], state[first]
        events.append(text)
        core.append(f"{index}. {text} {work} Now {counts(state)}.")
    given = ", ".join(f"{name} has the {start[name]} {thing}" for name in people) + "."
    prompt = given + listing(rng, events) + f"Which {thing} does {asked} have at the end?"
    return Problem("track", level, f"{start}{events}{asked}", prompt, core, [], f"{asked} has {state[asked]}",
                   f"At the end {asked} has the **{state[asked]}** {thing}.", state[asked],
                   restated=f"the {thing} of {asked} at the end")


def make(rng, level):
    kind = rng.random()
    if kind < 0.25:
        return make_swapping(rng, level)
    return make_single(rng, level) if kind < 0.25 + (0.3 if level < 4 else 0.1) else make_counting(rng, level)
