"""Arithmetic digit by digit. What is left of the numbers and the result so far stand in every line."""

from families.problem import Problem

DIGITS = ((1, 2), (2, 3), (3, 4), (5, 6), (7, 9), (10, 12))
PROMPTS = (
    "What is {}?", "Compute {}.", "Calculate {}.", "How much is {}?", "{} = ?", "What is the result of {}?", "{}", "{}?", "{}=",
    "what is {}", "calculate {}", "Work out {}.", "What's {}?", "Evaluate {}.", "Can you calculate {}?", "Tell me what {} is.",
)
# Other signs and words for an operation.
SIGNS = {
    "+": (" + ", " + ", " + ", "+", " plus ", " and "), "-": (" - ", " - ", " - ", "-", " minus ", " \u2212 "),
    "*": (" * ", " * ", " * ", "*", " times ", " x ", "x", " \u00d7 ", " multiplied by "), "/": (" / ", " / ", "/", " divided by ", " \u00f7 ", ":"),
}
NAMED = {
    "+": ("What is the sum of {} and {}?", "Add {} and {}.", "What do you get if you add {} and {}?"),
    "-": ("What is the difference between {} and {}?", "What is left of {} after taking away {}?", "What remains if I take {1} from {0}?"),
    "*": ("What is the product of {} and {}?", "Multiply {} by {}.", "Multiply {} and {}."),
    "/": ("Divide {} by {}.", "How often does {1} go into {0}?", "What is the quotient of {} and {}?"),
}


def spread(digits):
    return " ".join(digits) if digits else "none"


def spaced(number):
    return spread(list(str(number)))


def add_lines(first, second):
    left, right = list(str(first))[::-1], list(str(second))[::-1]
    lines = [f"From the right: {first} is {spread(left)}, {second} is {spread(right)}. Carry 0."]
    carry, result = 0, []
    while left or right:
        a, b = int(left.pop(0)) if left else 0, int(right.pop(0)) if right else 0
        total = a + b + carry
        result.insert(0, str(total % 10))
        lines.append(f"{a} + {b} + {carry} = {total}, write {total % 10}, carry {total // 10}. "
                     f"Result {spread(result)}. Left: {spread(left)} and {spread(right)}.")
        carry = total // 10
    if carry:
        result.insert(0, str(carry))
        lines.append(f"The carry {carry} goes in front. Result {spread(result)}.")
    return lines + [f"So {first} + {second} = {first + second}."]


def subtract_lines(first, second):
    left, right = list(str(first))[::-1], list(str(second))[::-1]
    lines = [f"From the right: {first} is {spread(left)}, {second} is {spread(right)}. Borrow 0."]
    borrow, result = 0, []
    while left:
        a, b = int(left.pop(0)), int(right.pop(0)) if right else 0
        need = b + borrow
        top = a if a >= need else a + 10
        result.insert(0, str(top - need))
        line = f"{a} minus {b} + {borrow} = {need}: "
        line += f"{a} - {need} = {a - need}" if a >= need else f"too small, {top} - {need} = {top - need}"
        borrow = 0 if a >= need else 1
        lines.append(f"{line}, borrow {borrow}. Result {spread(result)}. Left: {spread(left)} and {spread(right)}.")
    return lines + [f"So {first} - {second} = {first - second}."]


def times_digit_lines(number, digit):
    left = list(str(number))[::-1]
    lines = [f"{number} * {digit}, from the right: {spread(left)}. Carry 0."]
    carry, result = 0, []
    while left:
        a = int(left.pop(0))
        total = a * digit + carry
        result.insert(0, str(total % 10))
        lines.append(f"{a} * {digit} = {a * digit}, {a * digit} + {carry} = {total}, write {total % 10}, carry {total // 10}. "
                     f"Result {spread(result)}. Left: {spread(left)}.")
        carry = total // 10
    if carry:
        result.insert(0, str(carry))
        lines.append(f"The carry {carry} goes in front. Result {spread(result)}.")
    return lines + [f"So {number} * {digit} = {number * digit}."]


def times_lines(number, factor):
    """One product for each digit of the factor; the sum so far is carried along."""
    digits = str(factor)
    if len(digits) == 1:
        return times_digit_lines(number, factor)
    lines = [f"{factor} is {spaced(factor)}. Sum 0."]
    total = 0
    for index, digit in enumerate(digits):
        if digit == "0":
            lines.append(f"Digit 0: {total} * 10 = {total * 10}. Sum {total * 10}.")
            total *= 10
            continue
        shifted = total * 10
        lines.append(f"Digit {digit}: sum {total}, times 10 is {shifted}. Then {number} * {digit}.")
        lines += times_digit_lines(number, int(digit))
        if shifted:
            lines.append(f"Add {shifted} + {number * int(digit)}.")
            lines += add_lines(shifted, number * int(digit))
        total = shifted + number * int(digit)
        rest = spread(list(digits[index + 1:]))
        lines.append(f"Sum {total}. Digits left: {rest}.")
    return lines


def divide_lines(number, divisor):
    """Long division; the multiples around the right one are tried until one is too big."""
    left = list(str(number))
    lines = [f"{number} is {spread(left)}, divide by {divisor}."]
    if divisor > 9:
        lines.append(f"Multiples: {', '.join(f'{k} is {divisor * k}' for k in range(1, 10))}.")
    rest, result = 0, []
    while left:
        digit = left.pop(0)
        value = rest * 10 + int(digit)
        line = f"Rest {rest}, bring down {digit}: {value}."
        count = value // divisor
        tries = [f"{divisor} * {k} = {divisor * k}" for k in range(max(1, count - 1), count + 1)]
        tries.append(f"{divisor} * {count + 1} = {divisor * (count + 1)} too big")
        line += " " + ", ".join(tries) + "."
        rest = value - divisor * count
        result.append(str(count))
        lines.append(f"{line} Write {count}, {value} - {divisor * count} = {rest}. Result {spread(result)}. Left: {spread(left)}.")
    return lines + [f"So {number} / {divisor} = {number // divisor}, rest {rest}."]


def prompt_of(rng, expression):
    """A question for an expression, in signs or in words."""
    parts = expression.split(" ")
    sign = parts[1]
    if len(parts) == 3 and rng.random() < 0.15:
        return rng.choice(NAMED[sign]).format(parts[0], parts[2])
    shown = rng.choice(SIGNS[sign]) if rng.random() < 0.6 else f" {sign} "
    asked = shown.join(parts[0::2])
    return f"What is {asked}?" if shown == " and " else rng.choice(PROMPTS).format(asked)


def problem(rng, level, family, expression, core, answer, check=()):
    latex = expression.replace("*", "\\times").replace("/", "\\div")
    shown = rng.choice((f"${latex} = {answer}$", f"${latex} = {answer}$", f"The result is **{answer}**.", f"{expression} = **{answer}**"))
    if "remainder" in str(answer):
        shown = f"The result is **{answer}**."
    return Problem(family, level, expression, prompt_of(rng, expression), [f"I need {expression}."] + core, list(check),
                   f"{expression} = {answer}", shown, str(answer), restated=expression)


def number_of(rng, level):
    digits = rng.randint(*DIGITS[level - 1])
    return rng.randint(10 ** (digits - 1), 10 ** digits - 1)


def make_sum(rng, level):
    """Three or four numbers, added one after the other."""
    numbers = [number_of(rng, level) for _ in range(rng.choice((3, 3, 4)))]
    total, core = numbers[0], []
    for index, number in enumerate(numbers[1:], 1):
        left = " + ".join(map(str, numbers[index + 1:])) or "nothing"
        core += [f"Now {total} + {number}, after that {left}."] + add_lines(total, number)
        total += number
    return problem(rng, level, "add", " + ".join(map(str, numbers)), core, total)


def make_add(rng, level):
    if level < 5 and rng.random() < 0.15:
        return make_sum(rng, level)
    first, second = number_of(rng, level), number_of(rng, level)
    total = first + second
    check = ["Take it away again."] + subtract_lines(total, second)
    return problem(rng, level, "add", f"{first} + {second}", add_lines(first, second), total, check if rng.random() < 0.3 else ())


def make_sub(rng, level):
    second, first = sorted((number_of(rng, level), number_of(rng, level)))
    if first > second and rng.random() < 0.08:
        core = [f"{second} against {first}: the second is larger, so I take {first} - {second} and put a minus in front."]
        core += subtract_lines(first, second)
        core.append(f"With the minus: {second} - {first} = -{first - second}.")
        return problem(rng, level, "sub", f"{second} - {first}", core, second - first)
    check = ["Add it again."] + add_lines(first - second, second)
    return problem(rng, level, "sub", f"{first} - {second}", subtract_lines(first, second), first - second,
                   check if rng.random() < 0.3 else ())


def make_mul(rng, level):
    digits = ((1, 1), (2, 1), (3, 1), (3, 2), (4, 2), (4, 3))[level - 1]
    number, factor = (rng.randint(10 ** (count - 1) + (count == 1), 10 ** count - 1) for count in digits)
    if level > 1 and rng.random() < 0.3:
        number = rng.randint(10, 10 ** digits[0] - 1)
    if rng.random() < 0.1:
        number, factor = factor, number
    last = f"The last digits: {number % 10} * {factor % 10} = {(number % 10) * (factor % 10)}, so it ends in {number * factor % 10}."
    return problem(rng, level, "mul", f"{number} * {factor}", times_lines(number, factor), number * factor,
                   [last] if level > 1 else ())


def make_div(rng, level):
    digits = (1, 2, 3, 3, 5, 7)[level - 1]
    divisor = rng.randint(2, 9) if level < 4 and rng.random() < 0.9 or rng.random() < 0.3 else rng.randint(10, 29)
    result = rng.randint(10 ** (digits - 1), 10 ** digits - 1)
    rest = rng.randint(1, divisor - 1) if rng.random() < 0.2 else 0
    number = result * divisor + rest
    answer = f"{result} remainder {rest}" if rest else result
    check = times_lines(result, divisor) + ([f"And {rest} more: {number}."] if rest else [])
    return problem(rng, level, "div", f"{number} / {divisor}", divide_lines(number, divisor), answer, check if rng.random() < 0.4 else ())
