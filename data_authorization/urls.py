"""Pages below `/projects/<project>/<env>/data/`."""

from django.urls import path

from data_authorization.rules import views as rules
from data_authorization.simulator import views as simulator
from data_authorization.views import draft, model, modes, overview, source

urlpatterns = [
    path("", overview.data, name="data"),
    path("source/", source.choose, name="data-source"),
    path("source/read/", source.read_again, name="data-read"),
    path("modes/", modes.modes, name="data-modes"),
    path("types/<slug:type>/", model.page, name="data-type"),
    path("types/<slug:type>/rules/create/", rules.create, name="create-data-rule"),
    path("types/<slug:type>/rules/check/", rules.check, name="check-data-rule"),
    path("types/<slug:type>/rules/<int:number>/", rules.edit, name="data-rule"),
    path("types/<slug:type>/rules/<int:number>/remove/", rules.remove, name="remove-data-rule"),
    path("simulator/", simulator.page, name="data-simulator"),
    path("differences/", simulator.differences, name="data-differences"),
    path("draft/", draft.page, name="data-draft"),
    path("draft/discard/", draft.discard, name="discard-data-draft"),
    path("draft/restore/", draft.restore, name="restore-data-draft"),
    path("schema.graphql", draft.file, name="data-file"),
    path("gen2/", draft.gen2, name="data-gen2"),
]
