"""`manage.py environments`: create environments and list them. It combines apps, so it lives at the top."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandParser
from django.db import transaction

from admin_ui import environment_command
from admin_ui.matrix import command as matrix_command
from auth_import.models import CognitoLink
from deployments.cloning import command as clone_command
from environments import services
from environments.command import (
    ConsoleCommand,
    Failed,
    Operator,
    Usage,
    find_project,
    operator_of,
    project_of,
)
from environments.models import Environment, Project
from environments.permissions import Permission

COLUMNS = ("project", "environment", "kind", "region", "user_pool", "identity_pool", "health")
MORE_ACTIONS = {**matrix_command.ACTIONS, **environment_command.ACTIONS, **clone_command.ACTIONS}
"""What each does, by its name; it is given the command, its options and who acts."""


class Command(ConsoleCommand):
    help = "Create, clone, list, rename and remove environments."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        create = actions.add_parser("create", help="an environment, and its project if that is missing")
        self.add_shared_arguments(create)
        create.add_argument("--region", required=True, metavar="R", help="where the Cognito resources are: eu-west-1")
        create.add_argument("--kind", choices=Environment.Kind.values, default=str(Environment.Kind.STANDALONE))
        create.add_argument(
            "--app-id", default="", metavar="ID", help="amplify: the app whose environment E to connect"
        )
        create.add_argument(
            "--role-arn", default="", metavar="ARN", help="a role to assume in the environment's account"
        )
        create.add_argument("--external-id", default="", metavar="X", help="what that role's trust policy asks for")
        listing = actions.add_parser("list", help="every environment and its link, as last checked")
        self.add_shared_arguments(listing, place=False)
        listing.add_argument("--project", metavar="P", help="only this project's")
        environment_command.add_parsers(self, actions)
        matrix_command.add_parsers(self, actions)
        clone_command.add_parsers(self, actions)

    def handle(self, *args: Any, **options: Any) -> None:
        operator = operator_of(options)
        if options["action"] in MORE_ACTIONS:
            MORE_ACTIONS[options["action"]](self, options, operator)
        elif options["action"] == "create":
            environment = create(options, operator)
            row = row_of(environment, None)
            text = f"Created {environment.project.slug} / {environment.name} in {environment.region}."
            if environment.stack_name:
                text += f" Its backend is the stack {environment.stack_name}."
            self.answer(options, row, text)
        else:
            rows = rows_of(options, operator)
            self.answer(options, [row_of(*pair) for pair in rows], table(rows))

    def answer(self, options: dict[str, Any], value: Any, text: str) -> None:
        if options["format"] == "json":
            self.document(value)
        else:
            self.show(text)


def create(options: dict[str, Any], operator: Operator) -> Environment:
    """The environment the options describe. Raises Usage for values that are not valid, Failed for the rest.

    Nothing is written unless everything can be; AWS is asked before the database is touched.
    """
    project = find_project(options["project"], operator)
    if project is None:
        if operator.user is not None and not operator.user.is_active:
            raise Failed(f"{operator.actor.name} may not sign in any more, and so create no project.")
        if operator.user is not None and not operator.user.creates_projects:
            raise Failed(
                f"{operator.actor.name} may not create projects. Ask an operator of this console to create the project."
            )
    else:
        operator.require(Permission.MANAGE_ENVIRONMENTS, project)
    fields = {
        "name": options["environment"],
        "kind": options["kind"],
        "region": options["region"],
        "role_arn": options["role_arn"],
        "external_id": options["external_id"],
        "app_id": options["app_id"],
    }
    require_valid(project, options["project"], fields)
    try:
        fields |= services.backend_of(fields)
    except ValidationError as error:
        raise Failed(f"{validation_words(error)} Nothing was created.") from error
    try:
        with transaction.atomic():
            if project is None:
                project = services.create_project(name=options["project"], actor=operator.actor)
            return services.create_environment(project=project, actor=operator.actor, **fields)
    except ValidationError as error:
        raise Failed(validation_words(error)) from error


def require_valid(project: Project | None, project_name: str, fields: dict[str, str]) -> None:
    """The page's validation. A name that is taken is no wrong usage, so that scripts can tell the two apart."""
    if fields["app_id"] and fields["kind"] != Environment.Kind.AMPLIFY:
        raise Usage("--app-id connects an Amplify environment: add --kind amplify.")
    if project is None:
        try:
            Project(name=project_name.strip()).clean_fields(exclude=["slug"])
        except ValidationError as error:
            raise Usage(validation_words(error, name="--project")) from error
    try:
        environment = Environment(**fields)
        environment.clean_fields(exclude=["project"])
        environment.clean()
    except ValidationError as error:
        raise Usage(validation_words(error)) from error
    if project is not None and project.environments.filter(name=fields["name"]).exists():
        raise Failed(f"The project {project.slug} already has an environment “{fields['name']}”. Choose another name.")


def validation_words(error: ValidationError, *, name: str = "--environment") -> str:
    """Each field's words behind the option that gave its value; `name` is the option behind the field of that name."""
    if not hasattr(error, "error_dict"):
        return " ".join(error.messages)
    options = {field: f"--{field.replace('_', '-')}" for field in error.message_dict} | {"name": name}
    return " ".join(f"{options[field]}: {' '.join(words)}" for field, words in error.message_dict.items())


def rows_of(options: dict[str, Any], operator: Operator) -> list[tuple[Environment, CognitoLink | None]]:
    environments = Environment.objects.select_related("project").order_by("project__slug", "name")
    if options["project"]:
        environments = environments.filter(project=project_of(options["project"], operator))
    links = {link.environment_id: link for link in CognitoLink.objects.all()}
    return [(row, links.get(row.pk)) for row in environments if operator.sees(row)]


def row_of(environment: Environment, link: CognitoLink | None) -> dict[str, str]:
    """One environment under the page's column names, with ids where the page shows names."""
    values = (
        environment.project.slug,
        environment.name,
        environment.kind,
        environment.region,
        link.user_pool_id if link else "",
        link.identity_pool_id if link else "",
        link.health if link else "not-linked",
    )
    return dict(zip(COLUMNS, values, strict=True))


def table(rows: list[tuple[Environment, CognitoLink | None]]) -> str:
    """The rows under each other, with names, as the page shows them."""
    if not rows:
        return "There are no environments. Create one: manage.py environments create"
    lines = [tuple(column.replace("_", " ").capitalize() for column in COLUMNS)]
    for environment, link in rows:
        lines.append(
            (
                environment.project.slug,
                environment.name,
                environment.get_kind_display(),
                environment.region,
                link.user_pool_name if link else "–",
                (link.identity_pool_name or "not used") if link else "–",
                link.health_words if link else "Not linked",
            )
        )
    widths = [max(len(line[n]) for line in lines) for n in range(len(COLUMNS))]
    return "\n".join(
        "  ".join(f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )
