"""The families of problems by name."""

from families import columns, countdown, equations, knights, paths, track, word

FAMILIES = {
    "igsm": word.make, "track": track.make, "add": columns.make_add, "sub": columns.make_sub, "mul": columns.make_mul,
    "div": columns.make_div, "lineq": equations.make, "countdown": countdown.make, "knights": knights.make, "path": paths.make,
}
