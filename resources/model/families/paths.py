"""Shortest ways between towns, by Dijkstra's method; the open towns are carried along in order of their distance."""

from families.names import CITIES
from families.problem import Problem

TOWNS = ((4, 4), (5, 5), (6, 6), (7, 8), (9, 10), (11, 12))
LETTERS = "ABCDEFGHJKLMNPQRSTUVW"


def make_map(rng, count):
    """A connected map: town -> {neighbour: length}."""
    kind = rng.random()
    names = sorted(rng.sample(CITIES if kind < 0.3 else LETTERS, count)) if kind < 0.65 else list(LETTERS[:count])
    shuffled = names[:]
    rng.shuffle(shuffled)
    chosen = {tuple(sorted((shuffled[rng.randrange(max(0, index - 3), index)], shuffled[index]))) for index in range(1, count)}
    while len(chosen) < count + count // 3:
        chosen.add(tuple(sorted(rng.sample(names, 2))))
    roads = {name: {} for name in names}
    for first, second in sorted(chosen):
        roads[first][second] = roads[second][first] = rng.randint(1, 12)
    return roads


def neighbours(roads, town):
    return ", ".join(f"{to} {roads[town][to]}" for to in sorted(roads[town]))


def search(roads, start, goal):
    """(lines, distances, towns before): the written-out search."""
    distances, before, open_towns, done = {start: 0}, {}, [start], []
    lines = [f"Open: {start} 0. Done: none."]
    while open_towns[0] != goal:
        town = open_towns.pop(0)
        here = distances[town]
        done.append(town)
        line = f"Nearest {town} {here}. From {town}: {neighbours(roads, town)}."
        for to in sorted(roads[town]):
            length = roads[town][to]
            if to in done:
                line += f" {to}: done."
                continue
            new = here + length
            if to not in distances:
                distances[to], before[to] = new, town
                open_towns.append(to)
                line += f" {to}: {here} + {length} = {new}, new."
            elif new < distances[to]:
                line += f" {to}: {here} + {length} = {new}, had {distances[to]}, now {new}."
                distances[to], before[to] = new, town
            else:
                line += f" {to}: {here} + {length} = {new}, had {distances[to]}, keep {distances[to]}."
        open_towns.sort(key=lambda name: (distances[name], name))
        shown = ", ".join(f"{name} {distances[name]} by {before[name]}" for name in open_towns)
        lines += [line, f"Open: {shown}. Done: {', '.join(done)}."]
    lines.append(f"Nearest {goal} {distances[goal]}. That is the goal.")
    return lines, distances, before


def make(rng, level):
    roads = make_map(rng, rng.randint(*TOWNS[level - 1]))
    while True:
        start, goal = rng.sample(list(roads), 2)
        lines, distances, before = search(roads, start, goal)
        if len(lines) >= 6 or level < 3 and len(lines) >= 4:
            break
        if rng.random() < 0.1:
            roads = make_map(rng, len(roads))
    route, back = [goal], []
    while route[0] != start:
        back.append(f"{route[0]} {distances[route[0]]} by {before[route[0]]}")
        route.insert(0, before[route[0]])
    if rng.random() < 0.5:
        listing = "\n".join(f"{town}: {neighbours(roads, town)}" for town in roads)
    else:
        listing = "\n".join(f"From {town}: {neighbours(roads, town)}." for town in roads)
    prompt = rng.choice(("Roads between towns and their lengths:", "These roads join the towns:", "A map of roads with lengths:"))
    prompt += f"\n{listing}\n" + rng.choice((
        f"How long is the shortest way from {start} to {goal}?", f"What is the length of the shortest way from {start} to {goal}?",
        f"What is the shortest path from {start} to {goal}?", f"Find the shortest route from {start} to {goal}.",
        f"How far is it from {start} to {goal}?"))
    answer = distances[goal]
    core = [f"Wanted: {start} to {goal}."] + lines + [f"The way back: {', '.join(back)}. So the way is {' to '.join(route)}."]
    total, check = 0, []
    for first, second in zip(route, route[1:]):
        length = roads[first][second]
        check.append(f"From {first}: {neighbours(roads, first)}. {first} to {second} {length}, {total} + {length} = {total + length}.")
        total += length
    return Problem("path", level, listing + start + goal, prompt, core, check, f"{start} to {goal} is {answer}",
                   f"The shortest way is {' – '.join(route)} with length **{answer}**.", str(answer),
                   restated=f"the shortest way from {start} to {goal}")
