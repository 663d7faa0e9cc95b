"""A GraphQL data model and its `@auth` rules, as text: read, judged, asked and edited by source position. Pure."""
