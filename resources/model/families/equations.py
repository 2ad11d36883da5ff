"""Linear equations in one and in two unknowns."""

from families.problem import Problem

PROMPTS = (
    "Solve {} for {}.", "Find {1} if {0}.", "Solve for {1}: {0}.", "What is {1} if {0}?", "{0}. What is {1}?", "Solve {0}", "Solve {0}.",
    "Solve the equation {0}.", "{0}, {1} = ?", "solve {0} for {1}", "If {0}, what is {1}?", "Determine {1}: {0}",
)


def term(factor, name):
    return {1: name, -1: f"-{name}"}.get(factor, f"{factor}{name}")


def plus(number):
    return f"+ {number}" if number >= 0 else f"- {-number}"


def move(number):
    """What is done to both sides to remove a number, and its sign in a difference."""
    return f"Take {number} from both sides" if number >= 0 else f"Add {-number} to both sides"


def divide_step(factor, value, name):
    if factor == 1:
        return f"So {name} = {value}."
    return f"Divide by {factor}: {name} = {value} / {factor} = {value // factor}."


def simple(rng, x, name):
    b = rng.choice((1, -1)) * rng.randint(1, 90)
    equation = f"{name} {plus(b)} = {x + b}"
    return equation, [f"{move(b)}: {name} = {x + b} {plus(-b)} = {x}."], [f"{x} {plus(b)} = {x + b}, and it must be {x + b}."]


def scaled(rng, x, name):
    a, b = rng.randint(2, 12), rng.choice((1, -1)) * rng.randint(1, 40)
    right = a * x + b
    lines = [f"{move(b)}: {term(a, name)} = {right} {plus(-b)} = {a * x}.", divide_step(a, a * x, name)]
    return f"{term(a, name)} {plus(b)} = {right}", lines, [f"{a} * {x} = {a * x}, {a * x} {plus(b)} = {right}, and it must be {right}."]


def both_sides(rng, x, name):
    a = rng.randint(3, 12)
    c = rng.randint(1, a - 1)
    b = rng.choice((1, -1)) * rng.randint(1, 30)
    d = (a - c) * x + b
    lines = [f"Take {term(c, name)} from both sides: {a} - {c} = {a - c}, so {term(a - c, name)} {plus(b)} = {d}.",
             f"{move(b)}: {term(a - c, name)} = {d} {plus(-b)} = {d - b}.", divide_step(a - c, d - b, name)]
    check = [f"Left: {a} * {x} = {a * x}, {a * x} {plus(b)} = {a * x + b}.",
             f"Right: {c} * {x} = {c * x}, {c * x} {plus(d)} = {c * x + d}. Both sides are {c * x + d}."]
    return f"{term(a, name)} {plus(b)} = {term(c, name)} {plus(d)}", lines, check


def bracket(rng, x, name):
    a, b, c = rng.randint(2, 9), rng.randint(1, 12), rng.randint(1, 30)
    total = a * (x + b) + c
    lines = [f"Open the bracket: {a} * {b} = {a * b}, so {term(a, name)} + {a * b} + {c} = {total}.",
             f"{a * b} + {c} = {a * b + c}, so {term(a, name)} + {a * b + c} = {total}.",
             f"Take {a * b + c} from both sides: {term(a, name)} = {total} - {a * b + c} = {a * x}.", divide_step(a, a * x, name)]
    check = [f"{x} + {b} = {x + b}, {a} * {x + b} = {a * (x + b)}, {a * (x + b)} + {c} = {total}, and it must be {total}."]
    return f"{a}({name} + {b}) + {c} = {total}", lines, check


def bracket_both(rng, x, name):
    a = rng.randint(3, 9)
    b, c, d = rng.randint(1, 12), rng.randint(1, a - 1), rng.randint(1, 30)
    e = a * (x + b) + d - c * x
    f = a * b + d
    lines = [f"Open the bracket: {a} * {b} = {a * b}, so {term(a, name)} + {a * b} + {d} = {term(c, name)} + {e}.",
             f"{a * b} + {d} = {f}, so {term(a, name)} + {f} = {term(c, name)} + {e}.",
             f"Take {term(c, name)} from both sides: {a} - {c} = {a - c}, so {term(a - c, name)} + {f} = {e}.",
             f"Take {f} from both sides: {term(a - c, name)} = {e} - {f} = {e - f}.", divide_step(a - c, e - f, name)]
    check = [f"Left: {x} + {b} = {x + b}, {a} * {x + b} = {a * (x + b)}, {a * (x + b)} + {d} = {a * (x + b) + d}.",
             f"Right: {c} * {x} = {c * x}, {c * x} + {e} = {c * x + e}. Both sides are {c * x + e}."]
    return f"{a}({name} + {b}) + {d} = {term(c, name)} + {e}", lines, check


def two_unknowns(rng, x, name):
    """a x + b y = p and c x + d y = q by elimination of y; the determinant is positive."""
    other = "y" if name == "x" else "b"
    y = rng.randint(1, 9)
    while True:
        a, b, c, d = (rng.randint(1, 5) for _ in range(4))
        factor = a * d - b * c
        if factor > 0:
            break
    p, q = a * x + b * y, c * x + d * y
    equation = f"{term(a, name)} + {term(b, other)} = {p} and {term(c, name)} + {term(d, other)} = {q}"
    lines = [f"First: {term(a, name)} + {term(b, other)} = {p}. Second: {term(c, name)} + {term(d, other)} = {q}.",
             f"First times {d}: {a} * {d} = {a * d}, {b} * {d} = {b * d}, {p} * {d} = {p * d}. "
             f"So {term(a * d, name)} + {term(b * d, other)} = {p * d}.",
             f"Second times {b}: {c} * {b} = {c * b}, {d} * {b} = {d * b}, {q} * {b} = {q * b}. "
             f"So {term(c * b, name)} + {term(d * b, other)} = {q * b}.",
             f"Take away: {a * d} - {c * b} = {factor}, {p * d} - {q * b} = {p * d - q * b}. So {term(factor, name)} = {p * d - q * b}.",
             divide_step(factor, p * d - q * b, name),
             f"Then {term(b, other)} = {p} - {a} * {x} = {p} - {a * x} = {p - a * x}. {divide_step(b, p - a * x, other)}"]
    check = [f"First: {a} * {x} = {a * x}, {b} * {y} = {b * y}, {a * x} + {b * y} = {p}, and it must be {p}.",
             f"Second: {c} * {x} = {c * x}, {d} * {y} = {d * y}, {c * x} + {d * y} = {q}, and it must be {q}."]
    return equation, lines, check


KINDS = (simple, scaled, both_sides, bracket, bracket_both, two_unknowns)


def shown(rng, equation):
    """The equation as a question writes it: sides swapped, or without spaces, now and then."""
    if " and " not in equation and rng.random() < 0.06:
        equation = " = ".join(reversed(equation.split(" = ")))
    if rng.random() < 0.2:
        equation = " and ".join(part.replace(" ", "") for part in equation.split(" and "))
    return equation


def make(rng, level):
    name = rng.choice("xxxxxyznkatmpw") if level < 6 else rng.choice("xxa")
    x = rng.randint(1, (60, 20, 20, 20, 20, 12)[level - 1])
    if level < 3 and rng.random() < 0.15:
        x = -rng.randint(0, 12)
    equation, lines, check = KINDS[level - 1](rng, x, name)
    prompt = rng.choice(PROMPTS).format(shown(rng, equation), name)
    return Problem("lineq", level, equation.replace(name, "x"), prompt, [f"The equation is {equation}."] + lines,
                   [f"Put {name} = {x} into {equation}."] + check, f"{name} = {x}", f"The solution is ${name} = {x}$.", str(x),
                   restated=f"{name} in {equation}")
