#!/usr/bin/env python3
"""What Python's jinja2 makes of each template of features.txt (one JSON string a line), set up as Hugging Face sets it up.

Writes expected.json: for each template its text, or null where Python raises. Needs jinja2 3.1.
"""
import json
from pathlib import Path

from jinja2.exceptions import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

HERE = Path(__file__).parent


def tojson(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def raise_exception(message):
    raise TemplateError(message)


def environment():
    made = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"])
    made.filters["tojson"] = tojson
    made.globals["raise_exception"] = raise_exception
    return made


def rendered(jinja, source, context):
    try:
        return jinja.from_string(source).render(**context)
    except Exception:  # whatever Python raises, the template fails
        return None


def main():
    jinja = environment()
    context = json.loads((HERE / "context.json").read_text())
    sources = [json.loads(line) for line in (HERE / "features.txt").read_text().splitlines()]
    cases = [{"template": source, "expected": rendered(jinja, source, context)} for source in sources]
    (HERE / "expected.json").write_text(json.dumps(cases, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
