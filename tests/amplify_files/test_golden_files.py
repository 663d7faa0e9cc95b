"""Every golden file was written from the Amplify project format document, most from its own examples."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from amplify_files import amplify_meta, backend_config, catalogue, parameters_json, team_provider_info
from amplify_files.context import ProjectContext
from amplify_files.outputs import AuthOutputs

GOLDEN = Path(__file__).parent / "golden"
GOLDEN_FILES = sorted(path.relative_to(GOLDEN).as_posix() for path in GOLDEN.rglob("*") if path.is_file())
BACKEND_FILES: dict[str, Callable[[AuthOutputs, ProjectContext], str]] = {
    "parameters.json": parameters_json.render,
    "amplify-meta.json": amplify_meta.render,
    "team-provider-info.json": team_provider_info.render,
    "backend-config.json": backend_config.render,
}

Samples = dict[str, tuple[AuthOutputs, ProjectContext]]


@pytest.mark.parametrize("golden", GOLDEN_FILES)
def test_a_file_is_byte_for_byte_the_golden_one(golden: str, samples: Samples) -> None:
    sample, _, name = golden.partition("/")
    render = BACKEND_FILES.get(name) or catalogue.file(name).render
    assert render(*samples[sample]).encode() == (GOLDEN / golden).read_bytes()


def test_every_sample_and_every_kind_of_file_has_a_golden_one(samples: Samples) -> None:
    assert {golden.partition("/")[0] for golden in GOLDEN_FILES} == set(samples)
    assert {golden.partition("/")[2] for golden in GOLDEN_FILES} == {
        *BACKEND_FILES,
        *(generated.name for generated in catalogue.FILES),
    }


@pytest.mark.parametrize("sample", ["user_pool_only", "identity_pool", "hosted_ui", "custom_domain", "hostile_names"])
def test_node_reads_the_same_object_from_the_module_and_from_the_json_file(
    sample: str, samples: Samples, tmp_path: Path
) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node.js is not installed, so aws-exports.js cannot be evaluated.")
    outputs, context = samples[sample]
    module = tmp_path / "aws-exports.mjs"
    module.write_text(catalogue.file("aws-exports.js").render(outputs, context), encoding="utf-8")
    script = f"import({json.dumps(module.as_uri())}).then(m => console.log(JSON.stringify(m.default, null, 2)))"
    evaluated = subprocess.run(
        [node, "--input-type=module", "--eval", script], capture_output=True, check=True, timeout=30
    )
    assert evaluated.stdout.decode().rstrip("\n") == catalogue.file("amplifyconfiguration.json").render(
        outputs, context
    )
