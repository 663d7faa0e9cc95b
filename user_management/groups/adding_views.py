"""Adding many users to a group: search and tick, or paste a list; then add them, or hand them to a bulk job."""

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from aws.errors import AwsError, Rejected
from aws.user_resources import CognitoUser
from environments import access
from environments.permissions import Permission
from environments.tokens import wants_json
from user_management.bulk import services as bulk
from user_management.groups import finding, membership, picking, reading, reports
from user_management.groups.membership import Chosen, Outcome
from user_management.person.views.answers import reason_of, status_of
from user_management.place import Place, error_report, open_place, pool_page
from web.pages import redirect_page, render_page

IN_AN_ADDRESS = 40
"""How many chosen people fit into an address that every server takes; more of them travel in the form alone."""
SHOWN = 100
"""How many chosen people have a box of their own to untick."""
COMPARED_PAGES = 5


@dataclass
class Adding:
    """What one request is about: who is chosen, what is searched or pasted, and what came of it."""

    chosen: list[Chosen]
    text: str = ""
    pasted: str = ""
    found: list[CognitoUser] = field(default_factory=list)
    has_more: bool = False
    unresolved: tuple[finding.Unresolved, ...] = ()
    left: int = 0
    looked_up: int = 0
    outcomes: list[Outcome] = field(default_factory=list)
    refused: AwsError | None = None


@require_http_methods(["GET", "HEAD", "POST"])
@pool_page
def add(request: HttpRequest, project: str, env: str, group: str) -> HttpResponse:
    place = open_place(request, project, env, needs=Permission.MANAGE_GROUPS)
    if wants_json(request) and request.method == "POST":
        return _add_for_script(request, place, group)
    reading.find_group(place, group)
    data = request.POST if request.method == "POST" else request.GET
    adding = Adding(chosen=picking.unpacked(data.getlist("chosen")), text=data.get("q", "").strip()[:256])
    adding.pasted = request.POST.get("list", "")
    step = request.POST.get("do", "search")
    if request.method == "POST" and step == "search" and len(adding.chosen) <= IN_AN_ADDRESS and not adding.pasted:
        return redirect_page(request, _address(place, group, adding))
    if request.method == "POST" and step == "add" and len(adding.chosen) > membership.AT_ONCE:
        return redirect_page(request, _planned(request, place, group, [one.username for one in adding.chosen]))
    members, all_known = _carry_out(request, place, group, adding, step)
    status = 422 if adding.refused else 200
    context = place.context() | _context(group, adding, members, all_known)
    return render_page(request, "user_management/groups/add.html", context, status=status)


def _address(place: Place, group: str, adding: Adding) -> str:
    """The page with this search and these people in its address, so that Back and sharing work."""
    address = reverse("add-members", kwargs={**place.names, "group": group})
    query = urlencode({"q": adding.text, "chosen": [picking.packed(one) for one in adding.chosen]}, doseq=True)
    return f"{address}?{query}"


def _planned(request: HttpRequest, place: Place, group: str, usernames: list[str]) -> str:
    """The address of the dry run of a bulk job for these users."""
    try:
        row = bulk.plan(
            place=place,
            operation="add-to-group",
            usernames=usernames,
            arguments={"group": group},
            actor=access.actor(request),
        )
    except bulk.BulkRefused as refusal:
        raise Rejected(
            str(refusal), code="BulkRefused", next_step="Nothing was planned, and nobody was added."
        ) from refusal
    return row.get_absolute_url()


def _carry_out(request: HttpRequest, place: Place, group: str, adding: Adding, step: str) -> tuple[set[str], bool]:
    """Do what was asked for, and answer who is known to be a member. What AWS refuses keeps everything typed."""
    members: set[str] = set()
    all_known = False
    try:
        members, all_known = membership.known_members(place, group, pages=COMPARED_PAGES)
        if request.method == "POST" and step == "look-up":
            _look_up(place, adding)
        elif request.method == "POST" and step == "add":
            adding.outcomes = membership.add_all(
                place=place,
                group=group,
                chosen=adding.chosen,
                members=members,
                actor=access.actor(request),
                reason=reason_of(request),
            )
            # Who failed stays chosen, so that one more press tries again.
            failed = {one.username for one in adding.outcomes if one.error}
            adding.chosen = [one for one in adding.chosen if one.username in failed]
        elif adding.text:
            adding.found, adding.has_more = finding.search(place, adding.text)
    except AwsError as error:
        adding.refused = error
    return members, all_known


def _look_up(place: Place, adding: Adding) -> None:
    lines = finding.lines_of(adding.pasted)
    resolution = finding.resolve(place, lines)
    known = {one.username for one in adding.chosen}
    adding.chosen += [picking.chosen_from(user) for user in resolution.found if user.username not in known]
    adding.unresolved = resolution.unresolved
    adding.left = len(resolution.left)
    adding.looked_up = len(lines) - len(resolution.left)
    # What still has to be looked up comes first, so that pressing again goes on; what names nobody can be corrected.
    rest = [*resolution.left, *(one.line for one in resolution.unresolved)]
    adding.pasted = "\n".join(line.text for line in rest)


def _context(group: str, adding: Adding, members: set[str], all_known: bool) -> dict[str, Any]:
    ticked = {one.username for one in adding.chosen}
    return {
        "group_name": group,
        "adding": adding,
        "rows": [
            (user, picking.packed(picking.chosen_from(user)), user.username in members)
            for user in adding.found
            if user.username not in ticked
        ],
        "chosen": [(one, picking.packed(one), one.username in members) for one in adding.chosen[:SHOWN]],
        "rest": " ".join(picking.packed(one) for one in adding.chosen[SHOWN:]),
        "rest_number": max(0, len(adding.chosen) - SHOWN),
        "hidden": sum(user.username in ticked for user in adding.found),
        "added": sum(not one.error and not one.already for one in adding.outcomes),
        "failed": sum(bool(one.error) for one in adding.outcomes),
        "all_known": all_known,
        "members_known": len(members),
        "at_once": membership.AT_ONCE,
        "is_bulk": len(adding.chosen) > membership.AT_ONCE,
        "lines_at_once": finding.LINES_AT_ONCE,
    }


def _add_for_script(request: HttpRequest, place: Place, group: str) -> JsonResponse:
    """Fields: `username`, repeated, or `list`, one identifier a line. More than 25 become a bulk job to be started."""
    chosen = [Chosen(name, name) for name in dict.fromkeys(request.POST.getlist("username")) if name]
    unresolved: tuple[finding.Unresolved, ...] = ()
    left: tuple[finding.Line, ...] = ()
    if request.POST.get("list"):
        resolution = finding.resolve(place, finding.lines_of(request.POST["list"]))
        unresolved, left = resolution.unresolved, resolution.left
        chosen += [picking.chosen_from(user) for user in resolution.found]
    rest = {
        "unresolved": [{"line": one.line.number, "text": one.line.text, "why": one.why} for one in unresolved],
        "left": [line.text for line in left],
    }
    if not chosen:
        return JsonResponse({"error": "No user was named, or none was found.", **rest}, status=422)
    if len(chosen) > membership.AT_ONCE:
        address = _planned(request, place, group, [one.username for one in chosen])
        return JsonResponse({"bulk": address, **rest}, status=202)
    try:
        members, _ = membership.known_members(place, group, pages=COMPARED_PAGES)
    except AwsError as error:
        return JsonResponse(error_report(error), status=status_of(error))
    outcomes = membership.add_all(
        place=place,
        group=group,
        chosen=chosen,
        members=members,
        actor=access.actor(request),
        reason=reason_of(request),
    )
    status = 200 if not any(one.error for one in outcomes) else 207
    return JsonResponse({"results": [reports.outcome_report(one) for one in outcomes], **rest}, status=status)
