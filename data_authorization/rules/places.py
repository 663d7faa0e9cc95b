"""Where a rule may stand, and what may be said there (Amplify project format, sections 9.4 and 9.5)."""

from dataclasses import dataclass

from data_authorization.graphql_schema.schema import Definition, Field, Place, Rule, Schema
from data_authorization.graphql_schema.sentences import listed
from data_authorization.graphql_schema.simulation import article
from data_authorization.graphql_schema.vocabulary import ROOT_TYPES, Strategy

TEXTS = ("String", "ID")
KINDS = {
    "input": "an input",
    "enum": "an enumeration",
    "union": "a union",
    "scalar": "a scalar",
    "schema": "the schema’s own definition",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """A type, or one of its fields, as somebody who writes a rule has to know it."""

    definition: Definition
    field: Field | None

    @property
    def place(self) -> Place:
        return Place(self.definition.name, self.field.name if self.field else "")

    @property
    def rules(self) -> tuple[Rule, ...]:
        return self.field.rules if self.field else self.definition.rules

    @property
    def takes_operations(self) -> bool:
        """Only models and their fields: elsewhere the transformer refuses the argument."""
        return self.definition.is_model

    @property
    def takes_reads(self) -> bool:
        """The single ways of reading exist for whole items alone."""
        return self.definition.is_model and self.field is None

    @property
    def reads_items(self) -> bool:
        """Whether there is an item to compare the caller with: only then owner and dynamic groups mean something."""
        return self.definition.is_model

    @property
    def strategies(self) -> tuple[Strategy, ...]:
        return tuple(one for one in Strategy if self.reads_items or one != Strategy.OWNER)

    @property
    def apart(self) -> str:
        """What the rules of a model do not reach: its fields with rules of their own, in a sentence; "" without any."""
        own = [one.name for one in self.definition.fields if one.auths]
        if self.field is not None or not self.definition.is_model or not own:
            return ""
        have = (
            "has rules of its own, which this one does not reach"
            if len(own) == 1
            else ("have rules of their own, which this one does not reach")
        )
        return f"{listed(own)} {have}. Only who may delete every field can delete an item."

    @property
    def texts(self) -> tuple[str, ...]:
        """Fields that can hold one name or several."""
        return tuple(one.name for one in self.definition.fields if one.named_type in TEXTS)

    @property
    def refusal(self) -> str:
        """Why no rule can be added here, or ""."""
        definition = self.definition
        if definition.kind == "interface":
            return (
                f"{definition.name} is an interface, and Amplify takes no rules there. Write them on the models that "
                "implement it."
            )
        if definition.kind != "type":
            kind = KINDS.get(definition.kind, "no type with fields of its own")
            return f"{definition.name} is {kind}. Rules stand on models, and on the fields of types."
        if definition.is_extension and definition.name not in ROOT_TYPES:
            return (
                f"This text only extends {definition.name}, and Amplify takes no rules there. Write them where "
                f"{definition.name} itself is."
            )
        if self.field is None and not definition.is_model:
            return (
                f"{definition.name} is no model: Amplify refuses rules on a type without @model. Write them on its "
                "fields."
            )
        return ""

    @property
    def words(self) -> str:
        """What a rule at this place is about, for the line below the heading."""
        if self.field is None:
            return "The rule is for every field of the model that has no rules of its own."
        if self.definition.name in ROOT_TYPES:
            return f"The rule says who may call {self.field.name}."
        if not self.definition.is_model:
            return f"The rule says who gets {self.field.name} wherever {article(self.definition.name)} is answered."
        return (
            f"Rules at a field replace those of the model for it: whoever none of them names cannot reach "
            f"{self.field.name}."
        )


def standing_at(schema: Schema, type_name: str, field_name: str = "") -> Standing | None:
    """None where the schema has no such type or field."""
    definition = schema.type(type_name)
    if definition is None:
        return None
    field = definition.field(field_name) if field_name else None
    return None if field_name and field is None else Standing(definition, field)
