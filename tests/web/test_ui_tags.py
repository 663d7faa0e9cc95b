"""The components as template tags: what they promise and that nothing escapes unescaped."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory

from web.components.marks import relative_time

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HOSTILE = '<script>alert("1")</script>'


def render(source: str, **context: object) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("distance", "words"),
    [
        (timedelta(seconds=44), "just now"),
        (timedelta(seconds=50), "1 minute ago"),
        (timedelta(minutes=59, seconds=20), "59 minutes ago"),
        (timedelta(minutes=59, seconds=40), "1 hour ago"),
        (timedelta(hours=5), "5 hours ago"),
        (timedelta(hours=23, minutes=40), "1 day ago"),
        (timedelta(days=30), "30 days ago"),
        (timedelta(days=31), "23 Oct 2026"),
        (timedelta(minutes=-3), "in 3 minutes"),
    ],
)
def test_times_are_told_in_one_unit(distance: timedelta, words: str) -> None:
    assert relative_time(NOW - distance, NOW) == words


def test_a_time_carries_its_exact_moment() -> None:
    html = render("{% ago when %}", when=datetime(2020, 2, 3, 4, 5, 6, tzinfo=UTC))
    assert 'datetime="2020-02-03T04:05:06+00:00"' in html
    assert 'title="3 Feb 2020, 04:05:06 UTC"' in html
    assert ">3 Feb 2020</time>" in html


def test_a_time_that_never_was_says_so() -> None:
    assert ">never</span>" in render('{% ago when never="never" %}', when=None)


@pytest.mark.parametrize("state", ["pass", "info", "warn", "fail", "pending", "running", "stopped"])
def test_a_status_is_an_icon_and_a_word(state: str) -> None:
    html = render("{% status state %}", state=state)
    assert f'class="status {state}"' in html
    assert re.search(r"<span>[A-Z][a-z]+</span>", html)
    assert 'aria-hidden="true"' in html


def test_an_unknown_state_does_not_break_the_page() -> None:
    assert 'class="status pending"' in render('{% status "surprise" "Surprise" %}')


def query(source: str, path: str) -> str:
    return render(source, request=RequestFactory().get(path)).replace("&amp;", "&")


@pytest.mark.parametrize(
    ("source", "path", "expected"),
    [
        ("{% query page=2 %}", "/?q=a&page=1", "?q=a&page=2"),
        ("{% query q=None %}", "/?q=a&page=1", "?page=1"),
        ('{% query q="" %}', "/?q=a", "?"),
        ("{% query page=0 %}", "/", "?page=0"),
        ('{% query keep="pool web" native="n" %}', "/?pool=p&web=w&page=3&pool=p2", "?pool=p&pool=p2&web=w&native=n"),
        ('{% query q="a&b=<c>" %}', "/", "?q=a%26b%3D%3Cc%3E"),
    ],
)
def test_links_keep_and_replace_parameters(source: str, path: str, expected: str) -> None:
    assert query(source, path) == expected


def test_a_list_repeats_a_parameter() -> None:
    request = RequestFactory().get("/?id=9")
    assert render("{% query id=ids %}", request=request, ids=["1", "2"]) == "?id=1&amp;id=2"


def test_a_query_without_a_request_starts_empty() -> None:
    assert render("{% query page=2 %}") == "?page=2"


@pytest.mark.parametrize(
    "source",
    [
        "{% icon x label=x %}",
        "{% status x x %}",
        "{% badge x tone=x %}",
        "{% query q=x %}",
        "{% copy_button text=x label=x %}",
        "{% copy_button target=x %}",
        "{% copyable x %}",
        "{% code x name=x %}",
        "{% diff old=x new='' name=x %}",
        "{% diff x %}",
        "{% search_box name=x value=x label=x placeholder=x %}",
        "{% toggle name=x label=x value=x description=x %}",
        "{% progress value=1 label=x %}",
        "{% spinner x %}",
        "{% skeleton text=x %}",
        "{% tabs items label=x %}",
        "{% container x count=x description=x id=x %}{{ x }}{% endcontainer %}",
        "{% container_header x count=x description=x %}{{ x }}{% endcontainer_header %}",
        "{% alert x x %}{{ x }}{% endalert %}",
        "{% info x id=x %}{{ x }}{% endinfo %}",
        "{% empty x icon=x %}{{ x }}{% endempty %}",
        "{% expandable x count=x %}{{ x }}{% endexpandable %}",
        "{% tile name=x value=x title=x icon=x %}{{ x }}{% endtile %}",
        "{% key_value x %}{{ x }}{% endkey_value %}",
        "{% step x state=x elapsed=x text=x %}{{ x }}{% endstep %}",
        "{% dialog x x %}{{ x }}{% enddialog %}",
        "{{ x|attribute_text }}{{ items_of_x|attribute_text }}",
    ],
)
def test_hostile_text_stays_text(source: str) -> None:
    items = [{"label": HOSTILE, "url": HOSTILE, "count": HOSTILE}]
    html = render(source, x=HOSTILE, items=items, items_of_x=[HOSTILE])
    assert "<script" not in html
    assert 'alert("1")' not in html


def test_a_diff_keeps_its_signs_and_counts_them() -> None:
    html = render('{% diff old=old new=new name="aws-exports.js" %}', old="a\nb\n", new="a\nc\nd\n")
    assert html.count("<ins ") == 2
    assert html.count("<del ") == 1
    assert ">+c\n</ins>" in html
    assert ">-b\n</del>" in html
    assert '<span class="diff-added">+2</span>' in html


def test_a_diff_of_nothing_says_so() -> None:
    assert "No difference." in render('{% diff old="a" new="a" %}')


def test_a_container_without_actions_has_no_empty_row_for_them() -> None:
    html = render('{% container_header "Pools" count=0 %} {% endcontainer_header %}')
    assert 'class="actions"' not in html
    assert "(0)" in html


def test_two_kinds_of_help_have_two_popovers() -> None:
    html = render('{% info "A" %}one{% endinfo %}{% info "B" %}two{% endinfo %}')
    targets = re.findall(r'popovertarget="([^"]+)"', html)
    assert len(set(targets)) == 2
    assert re.findall(r' id="([^"]+)"', html) == targets


class SampleForm(forms.Form):
    name = forms.CharField(help_text="Two to ten letters.")
    kind = forms.ChoiceField(choices=[("a", "A")], widget=forms.RadioSelect, required=False)
    agree = forms.BooleanField()
    token = forms.CharField(widget=forms.HiddenInput)

    def clean(self) -> dict[str, object]:
        raise forms.ValidationError("The whole is wrong.")


def test_a_form_ties_hints_and_errors_to_their_controls() -> None:
    html = render("{% fields form %}", form=SampleForm({"name": ""}))
    described = re.search(r'<input type="text"[^>]*aria-describedby="([^"]+)"', html)
    assert described
    for anchor in described[1].split():
        assert html.count(f'id="{anchor}"') == 1
    assert "The whole is wrong." in html
    assert html.count("This field is required.") == 2


def test_every_field_of_a_form_is_drawn_once_and_the_optional_ones_say_so() -> None:
    html = render("{% fields form %}", form=SampleForm())
    for name in ("name", "kind", "agree", "token"):
        assert html.count(f'name="{name}"') == 1
    assert html.count("- optional") == 1
    assert "Two to ten letters." in html
