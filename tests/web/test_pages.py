"""Whole page or fragment, and where a person is sent."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import RequestFactory
from django_htmx.middleware import HtmxMiddleware

from web.http import HtmxHttpRequest
from web.pages import redirect_page, render_page, safe_next, toast, wants_fragment

PAGE = (
    """{% load partials %}<html><h1>Jobs</h1>{% partialdef job inline %}<p>{{ state }}</p>{% endpartialdef %}</html>"""
)


@pytest.fixture
def template(settings: object, monkeypatch: pytest.MonkeyPatch) -> str:
    """A template that is in no folder: the loaders are asked for it by name and answer from memory."""
    engine = engines["django"].engine  # type: ignore[attr-defined]
    loaders = [("template_partials.loader.Loader", [("django.template.loaders.locmem.Loader", {"page.html": PAGE})])]
    monkeypatch.setattr(engine, "loaders", loaders)
    monkeypatch.setitem(engine.__dict__, "template_loaders", engine.get_template_loaders(loaders))
    return "page.html"


def request_with(
    method: str = "get", path: str = "/", data: dict[str, str] | None = None, **headers: str
) -> HttpRequest:
    request = getattr(RequestFactory(), method)(
        path, data, headers={k.replace("_", "-"): v for k, v in headers.items()}
    )
    HtmxMiddleware(lambda _: HttpResponse())(request)
    assert isinstance(request, HttpRequest)
    return request


def test_an_ordinary_request_gets_the_whole_page(template: str) -> None:
    response = render_page(request_with(), template, {"state": "running"}, fragment="job")
    assert response.content.decode() == "<html><h1>Jobs</h1><p>running</p></html>"


def test_htmx_gets_only_the_named_fragment(template: str) -> None:
    response = render_page(request_with(HX_Request="true"), template, {"state": "running"}, fragment="job")
    assert response.content.decode() == "<p>running</p>"


@pytest.mark.parametrize("header", ["HX_Boosted", "HX_History_Restore_Request"])
def test_a_boosted_link_and_a_restored_page_get_the_whole_page(template: str, header: str) -> None:
    request = request_with(HX_Request="true", **{header: "true"})  # type: ignore[arg-type]
    assert not wants_fragment(request)
    assert b"<h1>" in render_page(request, template, {}, fragment="job").content


def test_without_a_fragment_name_htmx_gets_the_whole_page(template: str) -> None:
    assert b"<h1>" in render_page(request_with(HX_Request="true"), template, {}).content


def test_the_answer_varies_by_the_headers_that_decide_its_shape(template: str) -> None:
    response = render_page(request_with(), template, {}, fragment="job")
    assert {"HX-Request", "HX-Boosted", "HX-History-Restore-Request"} <= set(response["Vary"].split(", "))


def test_the_status_is_kept_for_a_refused_form(template: str) -> None:
    assert render_page(request_with(HX_Request="true"), template, {}, fragment="job", status=422).status_code == 422


def test_a_request_without_the_htmx_middleware_is_an_ordinary_one() -> None:
    assert not wants_fragment(RequestFactory().get("/", headers={"HX-Request": "true"}))


def test_a_redirect_is_followed_with_get() -> None:
    response = redirect_page(request_with("post"), "/projects/shop/")
    assert (response.status_code, response["Location"]) == (303, "/projects/shop/")


def test_htmx_is_told_to_load_the_next_page_instead_of_swapping_it() -> None:
    response = redirect_page(request_with("post", HX_Request="true"), "/projects/shop/")
    assert (response.status_code, response["HX-Redirect"]) == (200, "/projects/shop/")
    assert "Location" not in response


def test_a_redirect_takes_the_name_of_a_url() -> None:
    assert redirect_page(request_with("post"), "web:styleguide")["Location"] == "/styleguide/"


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/projects/shop/?page=2", "/projects/shop/?page=2"),
        ("http://testserver/projects/", "http://testserver/projects/"),
        ("https://example.net/", "/"),
        ("//example.net/", "/"),
        ("javascript:alert(1)", "/"),
        ("/\\example.net", "/"),
        ("", "/"),
    ],
)
def test_only_pages_of_this_console_can_come_next(target: str, expected: str) -> None:
    assert safe_next(request_with("post", data={"next": target})) == expected
    assert safe_next(request_with("get", data={"next": target})) == expected


def test_without_a_next_page_the_person_goes_back_to_where_they_were() -> None:
    assert safe_next(request_with(Referer="http://testserver/activity/")) == "http://testserver/activity/"
    assert safe_next(request_with(Referer="https://example.net/")) == "/"


def test_a_toast_travels_as_an_event() -> None:
    response = toast(HttpResponse(), "Saved.", level="info")
    assert response["HX-Trigger"] == '{"toast": {"text": "Saved.", "level": "info"}}'


def test_the_request_type_promises_what_the_middleware_adds() -> None:
    request = request_with()
    assert set(HtmxHttpRequest.__annotations__) == {"htmx"}
    assert hasattr(request, "htmx")
