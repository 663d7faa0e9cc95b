"""A page as a person reads it, and what it offers to press."""

import re

from django.test import Client


def get(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return str(answer.content.decode())


def text(html: str) -> str:
    """Without tags, and with one space where there is any."""
    html = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).replace("&#x27;", "'")


def main_of(html: str) -> str:
    return text(html.partition('<main id="main"')[2].partition("</main>")[0])


def buttons(html: str) -> list[str]:
    main = html.partition('<main id="main"')[2]
    return [text(one).strip() for one in re.findall(r'<button class="button[^"]*">(.*?)</button>', main)]
