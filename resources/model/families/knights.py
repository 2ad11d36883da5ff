"""Knights, who tell the truth, and knaves, who lie: assume, follow what is said, go back at a contradiction."""

from families.names import pick_names
from families.problem import Problem

PEOPLE = (2, 3, 4, 4, 5, 6)
KIND = {True: "knight", False: "knave"}


def said(statement):
    first, kind = statement[0], statement[1]
    if kind in ("knight", "knave"):
        return f"{first} is a {kind}"
    return f"{first} and {statement[2]} are {kind}"


def worded(rng, statement):
    """A statement as the question words it; the chain of thought always uses the form of `said`."""
    first, kind = statement[0], statement[1]
    if kind == "knight":
        return rng.choice((f"{first} is a knight", f"{first} is a knight", f"{first} tells the truth"))
    if kind == "knave":
        return rng.choice((f"{first} is a knave", f"{first} is a knave", f"{first} lies", f"{first} is a liar"))
    other = statement[2]
    if kind == "the same":
        return rng.choice((f"{first} and {other} are the same", f"{first} and {other} are of the same kind"))
    return rng.choice((f"{first} and {other} are different", f"{first} and {other} are of different kinds"))


def holds(statement, kinds):
    first, kind = statement[0], statement[1]
    if kind in ("knight", "knave"):
        return kinds[first] == (kind == "knight")
    return (kinds[first] == kinds[statement[2]]) == (kind == "the same")


def opposite(statement):
    swap = {"knight": "knave", "knave": "knight", "the same": "different", "different": "the same"}
    return (statement[0], swap[statement[1]], *statement[2:])


def make_statement(rng, speaker, about, known, kinds):
    """A statement of the speaker about someone, true exactly if the speaker is a knight."""
    companions = [name for name in known if name != about]
    if companions and rng.random() < 0.4:
        statement = (about, rng.choice(("the same", "different")), rng.choice(companions))
    else:
        statement = (about, rng.choice(("knight", "knave")))
    if holds(statement, kinds) != kinds[speaker]:
        statement = opposite(statement)
    return statement


def make_statements(rng, people, kinds):
    """name -> statements. Following them from the first person reaches everyone."""
    statements = {name: [] for name in people}
    known = [people[0]]
    for index, speaker in enumerate(people):
        new = people[len(known):]
        count = 1 if index + 1 < len(known) and rng.random() < 0.5 else min(len(new), rng.choice((1, 1, 2)))
        for about in new[:count]:
            statements[speaker].append(make_statement(rng, speaker, about, known, kinds))
            known.append(about)
        if not statements[speaker] or rng.random() < 0.25:
            about = rng.choice([name for name in known if name != speaker])
            extra = make_statement(rng, speaker, about, known, kinds)
            if extra not in statements[speaker]:
                statements[speaker].append(extra)
    return statements


def now(kinds):
    return "Now " + ", ".join(f"{name} {KIND[kinds[name]]}" for name in kinds) + "."


def follow(first, truth, statements):
    """Lines that follow from one assumption, the kinds found, and whether no contradiction came."""
    kinds, queue, lines = {first: truth}, [first], [f"Assume {first} is a {KIND[truth]}. Now {first} {KIND[truth]}."]
    while queue:
        speaker = queue.pop(0)
        for statement in statements[speaker]:
            meant = statement if kinds[speaker] else opposite(statement)
            line = f"{speaker} {KIND[kinds[speaker]]} says: {said(statement)}. "
            line += "True" if kinds[speaker] else "A lie"
            line += f": {said(meant)}."
            names = [meant[0]] + list(meant[2:])
            unknown = [name for name in names if name not in kinds]
            if unknown:
                name = unknown[0]
                if len(names) == 1:
                    kinds[name] = meant[1] == "knight"
                else:
                    other = names[1] if name == names[0] else names[0]
                    line += f" {other} {KIND[kinds[other]]}, so {name} {KIND[kinds[other] == (meant[1] == 'the same')]}."
                    kinds[name] = kinds[other] == (meant[1] == "the same")
                queue.append(name)
                lines.append(f"{line} {now(kinds)}")
                continue
            line += " " + ", ".join(f"{name} {KIND[kinds[name]]}" for name in names)
            if not holds(meant, kinds):
                lines.append(f"{line}: contradiction. So {first} is no {KIND[truth]}.")
                return lines, kinds, False
            lines.append(f"{line}: fits.")
        lines.append(f"{speaker} done. Next: {', '.join(queue) if queue else 'nobody'}.")
    return lines, kinds, True


def check_lines(people, statements, kinds):
    lines = []
    for speaker in people:
        for statement in statements[speaker]:
            names = [statement[0]] + list(statement[2:])
            state = ", ".join(f"{name} {KIND[kinds[name]]}" for name in names)
            truth = "true" if holds(statement, kinds) else "false"
            lines.append(f"{speaker} says: {said(statement)}. {state}: {truth}. {speaker} {KIND[kinds[speaker]]}, fits.")
    return lines


def make(rng, level):
    while True:
        people = pick_names(rng, PEOPLE[level - 1] + (1 if level > 4 and rng.random() < 0.4 else 0))
        kinds = {name: rng.random() < 0.5 for name in people}
        statements = make_statements(rng, people, kinds)
        first = people[0]
        as_knight, _, knight_fits = follow(first, True, statements)
        as_knave, _, knave_fits = follow(first, False, statements)
        if knight_fits != knave_fits:
            break
    order = people[:]
    rng.shuffle(order)
    order = [first] + [name for name in order if name != first] if rng.random() < 0.5 else order
    core = [f"People: {', '.join(order)}."] if order != people else []
    core += as_knight if knight_fits else as_knight + as_knave
    core.append("No contradiction. " + now({name: kinds[name] for name in people}))
    start = "" if order[0] == first else f" Start with {first}."
    told = " ".join(f'{name} says: "{worded(rng, statement)}."' for name in order for statement in statements[name])
    key = " ".join(f"{name}: {said(statement)}" for name in order for statement in statements[name])
    prompt = rng.choice((
        f"Knights always tell the truth, knaves always lie. {told} Who is a knight?{start}",
        f"On an island live knights, who tell the truth, and knaves, who lie. {told} Which of them are knights?{start}",
        f"Each person is a knight (always truthful) or a knave (always lying). {told} Who are the knights?{start}",
        f"{told} Who is a knight, and who is a knave?{start}"))
    knights = sorted(name for name in people if kinds[name])
    answer = ", ".join(knights) or "none"
    prose = "; ".join(f"{name} is a {KIND[kinds[name]]}" for name in sorted(people))
    conclusion = f"knights: {answer}"
    core.append("Sorted: " + ", ".join(f"{name} {KIND[kinds[name]]}" for name in sorted(people)) + ".")
    return Problem("knights", level, key, prompt, core, check_lines(order, statements, kinds), conclusion, f"{prose}.", answer,
                   restated=f"who of {', '.join(order)} is a knight")
