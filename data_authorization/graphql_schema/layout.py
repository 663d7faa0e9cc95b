"""Putting one more element into a written list, or taking one out, in the way the list is written.

An element is a span of the text: a rule in its list, an argument in its rule, a word in a list of words. To GraphQL
commas and line ends between elements are the same as spaces; to people they are not, so what is put in looks like its
neighbours, and what was put in can be taken out again to the very bytes there were. Comments are never taken out.
"""

import re
from collections.abc import Sequence

from data_authorization.graphql_schema.schema import Span

_BLANK = " \t\ufeff"
_NEWLINE = re.compile(r"\r\n|\n|\r")
_REST_OF_LINE = re.compile(r"([ \t,\ufeff]*)(#[^\r\n]*)?(?=\r|\n)")
_COMMAS = re.compile(r"[ \t\ufeff]*,")
_COMMENT = re.compile(r"#[^\r\n]*")
_IGNORED = re.compile(r"(?:[ \t,\ufeff\r\n]|#[^\r\n]*)*")


def appended(text: str, elements: Sequence[Span], opening: int, new: str) -> str:
    """The text with one more element behind the last one. `opening` is the end of the bracket before the first."""
    last = elements[-1]
    before = text[(elements[-2].end if len(elements) > 1 else opening) : last.start]
    comma_behind = _has_comma(_gap(text, last.end))
    between = "" if comma_behind or (len(elements) > 1 and not _has_comma(before)) else ","
    newline = _NEWLINE.search(before)
    if newline is None:
        at = _COMMAS.match(text, last.end) if comma_behind else None
        place = at.end() if at else last.end
        return f"{text[: last.end]}{between}{text[last.end : place]} {new}{',' if comma_behind else ''}{text[place:]}"
    indent = _indent_of(text, last.start)
    rest = _REST_OF_LINE.match(text, last.end)
    if rest:
        place = rest.end()
    else:
        at = _COMMAS.match(text, last.end) if comma_behind else None
        place = at.end() if at else last.end
    own = f"{newline[0]}{indent}{new}{',' if comma_behind else ''}"
    return f"{text[: last.end]}{between}{text[last.end : place]}{own}{text[place:]}"


def put_before(text: str, elements: Sequence[Span], number: int, new: str) -> str:
    """The text with one more element before that of the number, parted from it as that is from the one before."""
    at = elements[number].start
    between = text[elements[number - 1].end : at] if number else ", "
    if not between or "#" in between:
        between = ", "
    return f"{text[:at]}{new}{between}{text[at:]}"


def taken_out(text: str, elements: Sequence[Span], number: int, opening: int) -> str:
    """The text without the element. It must not be the only one."""
    gone = elements[number]
    is_last = number == len(elements) - 1
    before = text[(elements[number - 1].end if number else opening) : gone.start]
    behind = _gap(text, gone.end)
    result = _without(text, gone, before, behind, is_last=is_last)
    if is_last and not _has_comma(behind) and _has_comma(before):
        return _without_comma(result, elements[number - 1].end)
    return result


def _without(text: str, gone: Span, before: str, behind: str, *, is_last: bool) -> str:
    start = len(text[: gone.start].rstrip(_BLANK))
    newline = _newline_before(text, start)
    rest = _REST_OF_LINE.match(text, gone.end)
    if newline and rest and not rest[2]:
        return text[: start - len(newline)] + text[rest.end() :]
    if not is_last:
        # The next element, or the comment before it, moves to where this one was.
        comment = behind.find("#")
        return joined(text[: gone.start], text[gone.end + (len(behind) if comment < 0 else comment) :])
    comma = _COMMAS.match(text, gone.end)
    end = comma.end() if comma else gone.end
    if "#" in before:
        # The line end stays, or the comment would go on.
        return text[:start] + text[end:]
    kept = before.rfind(",") + 1 if comma else 0
    return text[: gone.start - len(before) + kept] + text[end:]


def _without_comma(text: str, start: int) -> str:
    """The text without the first comma behind `start` that stands in no comment, if there is one."""
    gap = _gap(text, start)
    place = _COMMENT.sub(lambda found: " " * len(found[0]), gap).find(",")
    return text if place < 0 else text[: start + place] + text[start + place + 1 :]


def _newline_before(text: str, at: int) -> str:
    before = text[max(at - 2, 0) : at]
    return before if before == "\r\n" else before[-1:] if before.endswith(("\r", "\n")) else ""


def _gap(text: str, start: int) -> str:
    """What GraphQL ignores from there on."""
    found = _IGNORED.match(text, start)
    return found[0] if found else ""


def _has_comma(gap: str) -> bool:
    return "," in _COMMENT.sub("", gap)


def _indent_of(text: str, at: int) -> str:
    line = re.split(r"[\r\n]", text[:at])[-1]
    return line[: len(line) - len(line.lstrip(_BLANK + ","))].replace(",", "").replace("\ufeff", "")


def with_directive(text: str, at: int, last_start: int | None, directive: str) -> str:
    """The text with one more directive at `at`, which is behind the last one; that one begins at `last_start`."""
    separator = " "
    if last_start is not None:
        line = re.split(r"[\r\n]", text[:last_start])[-1]
        newlines = _NEWLINE.findall(text[:last_start])
        # A comment before the next line end could not be told from the text of a string later.
        if newlines and not line.strip(_BLANK) and "#" not in text[last_start:at]:
            separator = newlines[-1] + line.replace("\ufeff", "")
    return text[:at] + separator + directive + text[at:]


def without_directive(text: str, gone: Span) -> str:
    """The text without the directive and the space before it, its own line included."""
    start = len(text[: gone.start].rstrip(_BLANK))
    newline = _newline_before(text, start)
    if newline:
        above = text[: start - len(newline)]
        previous = re.split(r"[\r\n]", above)[-1]
        rest = _REST_OF_LINE.match(text, gone.end)
        if "#" in previous and not (rest and not rest[1].strip(_BLANK)):
            # The line end closes a comment, or might.
            return text[: gone.start] + text[gone.end :].lstrip(_BLANK)
        return joined(above, text[gone.end :])
    return joined(text[:start], text[gone.end :])


def joined(left: str, right: str) -> str:
    """The two texts, with a space where the last word of one and the first of the other would become one."""
    ends = left[-1:] + right[:1]
    is_one_word = len(ends) == 2 and (ends == '""' or all(one.isalnum() or one == "_" for one in ends))
    return f"{left} {right}" if is_one_word else left + right
