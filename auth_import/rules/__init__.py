"""Pre-flight: pure rules from an observation to findings, every rule run every time.

`run` gives one finding per rule, `verdict` says whether the import may go on. Nothing here calls AWS.
"""

from auth_import.rules.catalogue import FAMILIES, RULES
from auth_import.rules.judgement import Rule
from auth_import.rules.oauth_settings import (
    has_oauth,
    oauth_differences,
    oauth_properties,
    oauth_providers,
    oauth_table,
)
from auth_import.rules.trust import evaluate, trust_for, trust_policy
from auth_import.rules.verdicts import blocking, needs_acceptance, run, verdict

__all__ = [
    "FAMILIES",
    "RULES",
    "Rule",
    "blocking",
    "evaluate",
    "has_oauth",
    "needs_acceptance",
    "oauth_differences",
    "oauth_properties",
    "oauth_providers",
    "oauth_table",
    "run",
    "trust_for",
    "trust_policy",
    "verdict",
]
