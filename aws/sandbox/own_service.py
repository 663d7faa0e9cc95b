"""A service that is ours altogether, in the form moto's dispatcher takes its own services in."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from moto.core.utils import convert_to_flask_response
from moto.moto_server.werkzeug_app import BackendRequest


def own_service(name: str, dispatch: Callable[..., Any]) -> Flask:
    """The Flask application that sends every request of a service to `dispatch`."""
    application = Flask(name)
    application.debug = True
    application.request_class = BackendRequest
    for rule in ("/", "/<path:route>"):
        application.add_url_rule(
            rule,
            endpoint=f"{name} {rule}",
            view_func=convert_to_flask_response(dispatch),
            methods=["GET", "POST", "PUT", "DELETE"],
            strict_slashes=False,
        )
    return application
