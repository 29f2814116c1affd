"""Reads GIFT letter by letter, from its description and not from our writer."""

from dataclasses import dataclass, field
from html import unescape


@dataclass
class Read:
    """One question as an importer would see it."""

    title: str
    stem: str
    choices: list[tuple[str, str, bool]] = field(default_factory=list)
    general: str = ""


def read_gift(text: str) -> list[Read]:
    """The questions; an empty line ends one, // begins a remark, $ a command."""
    blocks = [block for block in text.split("\n\n") if block.strip()]
    stripped = ["\n".join(line for line in block.split("\n") if not line.startswith(("//", "$"))) for block in blocks]
    return [_question(block) for block in stripped if block.strip()]


def _question(block: str) -> Read:
    title, rest = _until(block.removeprefix("::"), "::")
    stem, rest = _until(rest, "{")
    body, rest = _until(rest, "}")
    assert rest.strip() == "", rest
    assert stem.startswith("[html]")
    body, general = _until(body, "####")
    read = Read(title=_plain(title), stem=_plain(stem.removeprefix("[html]")), general=_plain(general))
    while body.strip():
        mark, body = body.lstrip()[0], body.lstrip()[1:]
        assert mark in "=~", mark
        end = min(_place(body, "="), _place(body, "~"))
        answer, feedback = _until(body[:end], "#")
        read.choices.append((_plain(answer), _plain(feedback), mark == "="))
        body = body[end:]
    return read


def _place(text: str, sign: str) -> int:
    """Where a sign stands that no backslash takes its meaning from; the end if nowhere."""
    at = 0
    while at < len(text):
        if text[at] == "\\":
            at += 2
        elif text.startswith(sign, at):
            return at
        else:
            at += 1
    return len(text)


def _until(text: str, sign: str) -> tuple[str, str]:
    at = _place(text, sign)
    return text[:at], text[at + len(sign) :]


def _plain(text: str) -> str:
    letters, at = [], 0
    while at < len(text):
        at += text[at] == "\\"
        letters.append(text[at])
        at += 1
    return unescape("".join(letters)).strip()
