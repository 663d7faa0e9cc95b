"""Adding, editing and removing one rule."""

from collections.abc import Collection
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from auth_import.patience import answers_in_time
from data_authorization import groups, services
from data_authorization.graphql_schema.editing import wanted_of
from data_authorization.graphql_schema.schema import Rule, WantedRule
from data_authorization.graphql_schema.vocabulary import Strategy
from data_authorization.presentation import sentence_about
from data_authorization.rules import answers
from data_authorization.rules.answers import picker_of
from data_authorization.rules.desk import Desk, open_desk, rule_page
from data_authorization.rules.forms import IDENTITY_CLAIMS, RemoveRuleForm, RuleForm, values_of
from data_authorization.rules.proposals import Proposal, find_rule, propose, rule_of_text, rule_source
from data_authorization.views.overview import base_context
from environments import access
from environments.permissions import Permission
from environments.tokens import wants_json
from web.pages import redirect_page, render_page

FORM = "data_authorization/rule.html"
NOWHERE = "data_authorization/rule_nowhere.html"
REMOVE = "data_authorization/rule_remove.html"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@rule_page
def create(request: HttpRequest, project: str, env: str, type: str) -> HttpResponse:
    """`?field=` names the field the rule is for; `?allow=` and `?groups=` fill the form in."""
    desk = open_desk(request, project, env, type, needs=Permission.EDIT_DATA_RULES)
    if refusal := desk.standing.refusal:
        return _refuse_place(request, desk, refusal)
    if request.method == "POST":
        return _save(request, desk, None)
    begun = _begun(request, desk)
    form = RuleForm(standing=desk.standing, initial=values_of(begun))
    proposal = _tried(desk, None, begun) if begun else None
    _say(form, proposal)
    return _page(request, desk, form, None, proposal)


def _begun(request: HttpRequest, desk: Desk) -> WantedRule | None:
    """What the address fills in."""
    allow = request.GET.get("allow", "")
    if allow not in desk.standing.strategies:
        return None
    names = tuple(filter(None, request.GET.getlist("groups"))) if allow == Strategy.GROUPS else ()
    return WantedRule(allow=allow, groups=names or None)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@rule_page
def edit(request: HttpRequest, project: str, env: str, type: str, number: int) -> HttpResponse:
    desk = open_desk(request, project, env, type, needs=Permission.EDIT_DATA_RULES)
    if request.method == "POST":
        return _save(request, desk, number)
    rule = desk.rule(number)
    if wants_json(request):
        return JsonResponse(answers.rule_report(desk, rule))
    wanted = wanted_of(rule)
    proposal = _tried(desk, number, wanted, groups.remembered(desk.environment))
    form = RuleForm(standing=desk.standing, wanted=wanted)
    _say(form, proposal)
    return _page(request, desk, form, rule, proposal)


@never_cache
@require_POST
@answers_in_time
@rule_page
def check(request: HttpRequest, project: str, env: str, type: str) -> HttpResponse:
    """What the rule in the form would be and do. Saves nothing; `?rule=` is the number of the one that is edited.

    Where the form asks to `show` the groups, they are read from the pool, and what was typed stays.
    """
    desk = open_desk(request, project, env, type, needs=Permission.EDIT_DATA_RULES)
    number = request.GET.get("rule", "")
    form, rule = _sent(request, desk, int(number) if number.isdecimal() and len(number) < 6 else None)
    known = groups.remembered(desk.environment)
    proposal = _tried(desk, rule.number if rule else None, form.wanted, known) if form.is_valid() else None
    _say(form, proposal)
    if wants_json(request):
        return JsonResponse(answers.check_report(desk, form, proposal))
    if request.POST.get("show") == "groups":
        picker = picker_of(form, groups.groups_of_pool(desk.environment))
        return _page(request, desk, form, rule, proposal, fragment="groups", picker=picker)
    return _page(request, desk, form, rule, proposal, fragment="answer", is_fragment=True)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@rule_page
def remove(request: HttpRequest, project: str, env: str, type: str, number: int) -> HttpResponse:
    desk = open_desk(request, project, env, type, needs=Permission.EDIT_DATA_RULES)
    if request.method != "POST":
        return _confirm(request, desk, desk.rule(number), _tried(desk, number, None))
    form = RemoveRuleForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"errors": form.errors}, status=422)
    if _is_stale(desk, form):
        return _stale_removal(request, desk, number, form.cleaned_data["was"])
    rule = desk.rule(number)
    proposal = _tried(desk, number, None)
    if not proposal.can_be_saved:
        return _confirm(request, desk, rule, proposal, status=422)
    try:
        return _keep(request, desk, proposal, answers.removed_words(desk, rule))
    except services.StaleDraft:
        return _stale_removal(request, _again(request, desk), number, form.cleaned_data["was"])


def _save(request: HttpRequest, desk: Desk, number: int | None) -> HttpResponse:
    """What the form says becomes a version of the draft, or the form says why not."""
    form, rule = _sent(request, desk, number)
    is_valid = form.is_valid()
    if _is_stale(desk, form):
        return _stale(request, desk, form, rule, since=form.cleaned_data["expected"])
    if number is not None:
        desk.rule(number)
    proposal = _tried(desk, number, form.wanted, groups.remembered(desk.environment)) if is_valid else None
    _say(form, proposal)
    if proposal is None or not proposal.can_be_saved:
        if wants_json(request):
            return JsonResponse(answers.check_report(desk, form, proposal), status=422)
        return _page(request, desk, form, rule, proposal, status=422)
    try:
        return _keep(request, desk, proposal, answers.saved_words(desk, proposal, number))
    except services.StaleDraft:
        # Somebody was quicker between this request's reading and its saving: the newest draft is another one now.
        newest = _again(request, desk)
        form, rule = _sent(request, newest, number)
        form.is_valid()
        return _stale(request, newest, form, rule, since=desk.working.number)


def _again(request: HttpRequest, desk: Desk) -> Desk:
    project, env, type_name = desk.names
    return open_desk(request, project, env, type_name, needs=Permission.EDIT_DATA_RULES)


def _sent(request: HttpRequest, desk: Desk, number: int | None) -> tuple[RuleForm, Rule | None]:
    """The form as it was sent, and the rule it is about where that still is in the draft."""
    was = request.POST.get("was", "")
    rule = find_rule(desk.standing, number, was) if number is not None else None
    # What the console does not know of a rule stays, even if the rule itself has gone meanwhile.
    before = rule or (rule_of_text(was) if was else None)
    return RuleForm(request.POST, standing=desk.standing, wanted=wanted_of(before) if before else None), rule


def _tried(desk: Desk, number: int | None, wanted: WantedRule | None, known: Collection[str] | None = None) -> Proposal:
    return propose(
        desk.schema, desk.standing, modes=desk.working.modes, number=number, wanted=wanted, known_groups=known
    )


def _say(form: RuleForm, proposal: Proposal | None) -> None:
    if proposal and proposal.failure:
        form.refuse(None, proposal.failure)
    for problem in proposal.blocking if proposal else ():
        form.say(problem)
    for problem in proposal.warnings if proposal else ():
        if problem.severity != "info":
            form.caution(problem)


def _is_stale(desk: Desk, form: RuleForm | RemoveRuleForm) -> bool:
    expected = form.cleaned_data.get("expected")
    return expected is not None and expected != desk.working.number


def _keep(request: HttpRequest, desk: Desk, proposal: Proposal, words: str) -> HttpResponse:
    """Raises StaleDraft."""
    version = desk.working.number
    if proposal.after is not None and proposal.is_change:
        version = services.save(
            environment=desk.environment,
            text=proposal.after.text,
            modes=desk.working.modes,
            words=words,
            actor=access.actor(request),
            expected=desk.working.number,
        ).number
    if wants_json(request):
        return JsonResponse(answers.saved_report(desk, proposal, version))
    said = f"{words} It waits in the draft: nothing in AWS has changed." if proposal.is_change else "Nothing changed."
    messages.success(request, said)
    return redirect_page(request, desk.type_url(proposal.rule.number if proposal.rule else None))


def _page(
    request: HttpRequest,
    desk: Desk,
    form: RuleForm,
    rule: Rule | None,
    proposal: Proposal | None,
    *,
    status: int = 200,
    fragment: str | None = None,
    **more: Any,
) -> HttpResponse:
    context = {**base_context(request, desk.environment, desk.working), **_form_context(desk, form, rule, proposal)}
    return render_page(request, FORM, context | more, fragment=fragment, status=status)


def _form_context(desk: Desk, form: RuleForm, rule: Rule | None, proposal: Proposal | None) -> dict[str, Any]:
    number = rule.number if rule else None
    expected = form.cleaned_data.get("expected") if form.is_bound else None
    return {
        "desk": desk,
        "standing": desk.standing,
        "form": form,
        "rule": rule,
        "proposal": proposal,
        "answer": answers.answer_of(proposal, form),
        "picker": picker_of(form, None),
        "identity_claims": IDENTITY_CLAIMS,
        "providers": form.provider_choices(desk.working.modes),
        "action": desk.url(number),
        "check_url": desk.check_url(number),
        "cancel_url": desk.type_url(number),
        "expected": desk.working.number if expected is None else expected,
        # A rule that is gone comes along in its own text, so that what the console does not know of it stays.
        "was": rule_source(desk.standing, rule) if rule else form.data.get("was", ""),
        "unknown": form.before.unknown if form.before else {},
    }


def _refuse_place(request: HttpRequest, desk: Desk, refusal: str) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    if wants_json(request):
        return JsonResponse({"error": refusal}, status=422)
    context = base_context(request, desk.environment, desk.working) | {"desk": desk, "refusal": refusal}
    return render_page(request, NOWHERE, context | {"standing": desk.standing}, status=status)


def _stale(request: HttpRequest, desk: Desk, form: RuleForm, rule: Rule | None, *, since: int) -> HttpResponse:
    """409 with both: what was saved meanwhile, and the form with what was typed, which now goes upon that."""
    refusal = services.StaleDraft(desk.working.revision)
    if wants_json(request):
        return JsonResponse({"error": str(refusal), "version": refusal.number}, status=409)
    number = rule.number if rule else None
    proposal = _tried(desk, number, form.wanted) if not form.errors else None
    _say(form, proposal)
    return _page(
        request,
        desk,
        form,
        rule,
        proposal,
        status=409,
        stale=refusal,
        meanwhile=answers.meanwhile(desk.working, since),
        is_gone=bool(request.POST.get("was")) and rule is None,
        expected=desk.working.number,
    )


def _confirm(
    request: HttpRequest, desk: Desk, rule: Rule | None, proposal: Proposal | None, *, status: int = 200, **more: Any
) -> HttpResponse:
    if wants_json(request):
        report = answers.removal_report(desk, rule, proposal)
        return JsonResponse(report, status=status)
    context = {
        **base_context(request, desk.environment, desk.working),
        "desk": desk,
        "standing": desk.standing,
        "rule": rule,
        "sentence": sentence_about(rule, desk.standing.place, desk.standing.definition) if rule else "",
        "was": rule_source(desk.standing, rule) if rule else "",
        "proposal": proposal,
        "answer": answers.answer_of(proposal),
        "left": answers.left_words(proposal) if proposal else "",
        "action": desk.removal_url(rule.number) if rule else "",
        "cancel_url": desk.type_url(rule.number if rule else None),
    }
    return render_page(request, REMOVE, context | more, status=status)


def _stale_removal(request: HttpRequest, desk: Desk, number: int, was: str) -> HttpResponse:
    refusal = services.StaleDraft(desk.working.revision)
    if wants_json(request):
        return JsonResponse({"error": str(refusal), "version": refusal.number}, status=409)
    rule = find_rule(desk.standing, number, was)
    proposal = _tried(desk, rule.number, None) if rule else None
    return _confirm(request, desk, rule, proposal, status=409, stale=refusal)
