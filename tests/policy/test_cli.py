# SPDX-License-Identifier: Apache-2.0
"""`tocsin lint` and `tocsin policy`: the contracts that scripts and other people's tests rely on."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from tests.support import DATA, ROOT
from tocsin.core.policy.answers import answer
from tocsin.core.policy.load import load
from tocsin.core.policy.seeds import seed
from tocsin.delivery.cli.lint import lint
from tocsin.delivery.cli.policy import policy

SEED = str(DATA / "policies" / "warehousepg-SECURITY.md")
RECEIVED = ["--received", "2026-11-27T16:00:00Z"]


def run(group, *args: str, data: str | None = None):
    return CliRunner().invoke(group, list(args), input=data)


def test_lint_prints_file_and_findings_and_ends_with_three():
    result = run(lint, "security-md", SEED, "--json")
    answer = json.loads(result.stdout)
    assert result.exit_code == 3
    assert set(answer) == {"file", "findings"}
    assert answer["file"] == SEED
    assert all(set(finding) == {"line", "code", "severity", "message"} for finding in answer["findings"])
    assert {finding["severity"] for finding in answer["findings"]} <= {"error", "warning", "info"}


def test_lint_ends_with_zero_when_there_is_only_information():
    text = (
        "# Security\n\nReport privately to a@b.example. We reply within 3 days and disclose within 90 days.\nOnly the "
        "latest release is supported and in scope. We will not pursue legal action against you.\n"
    )
    result = run(lint, "security-md", "-", data=text)
    assert result.exit_code == 0, result.output


def test_lint_as_sarif_and_of_security_txt():
    log = json.loads(run(lint, "security-md", SEED, "--sarif").stdout)
    assert log["version"] == "2.1.0"
    result = run(lint, "security-txt", "-", "--json", "--as-of", "2026-11-21T00:00:00Z", data="Contact: a@b.example\n")
    assert result.exit_code == 3
    assert {finding["code"] for finding in json.loads(result.stdout)["findings"]} == {
        "no-uri",
        "no-expire",
        "not-signed",
    }


def test_import_prints_policy_choices_and_findings():
    answer = json.loads(run(policy, "import", SEED, "--json").stdout)
    assert {"policy", "choices", "findings"} <= set(answer)
    assert answer["policy"]["sla"]["first_feedback"]["said"] == "promptly"
    assert any(choice["path"] == "disclosure.max" for choice in answer["choices"])


def test_choices_are_asked_one_by_one_and_marked_as_chosen(tmp_path):
    document, written = tmp_path / "SECURITY.md", tmp_path / "policy.toml"
    document.write_text("# Security\n\nMail security@lists.valkey.io.\n", encoding="utf-8")
    asked = ["policy", "import", str(document), "--choose", "--out", str(written)]
    given = CliRunner().invoke(policy, asked[1:], input="Valkey\n\n2 business days\n\n-\n")
    assert given.exit_code == 0, given.output
    made = load(written.read_text("utf-8"), seed)
    assert (made.project.id, made.project.name, made.project.prefix) == ("valkey", "Valkey", "VALK")
    assert str(made.sla.first_feedback.within) == "2 business days"
    assert made.versions is None, "what is answered with a dash stays open"
    assert 'choice = { within = "answered when the policy was imported" }' in written.read_text("utf-8")
    refused = CliRunner().invoke(policy, asked[1:], input="Valkey\n\nsoon\n\n-\n")
    assert refused.exit_code == 3
    assert "soon" in refused.output


def test_a_bare_address_is_a_door_for_reports():
    (door,) = answer({"project": {}}, {"intake.channel": "security@example.org"})["intake"]["channel"]
    assert (door["kind"], door["address"]) == ("email", "security@example.org")


def test_an_imported_policy_can_be_used_at_once(tmp_path):
    written = tmp_path / "policy.toml"
    written.write_text(run(policy, "import", SEED).stdout, encoding="utf-8")
    assert run(policy, "check", str(written), "--document", SEED).exit_code == 0


def test_due_prints_the_instant_and_why():
    answer = json.loads(run(policy, "due", "community", *RECEIVED, "--promise", "first_feedback", "--json").stdout)
    assert answer["due"] == "2026-12-02T16:00:00Z"
    assert any("SECURITY.md:24" in line for line in answer["explain"])


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["due", "community", *RECEIVED, "--promise", "lunch"], 5),
        (["due", "community", "--received", "yesterday", "--promise", "first_feedback"], 2),
        (["due", "nowhere.toml", *RECEIVED, "--promise", "first_feedback"], 2),
        (["test", "nowhere"], 5),
        (["explain", "community", *RECEIVED], 0),
        (["show", "warehousepg"], 0),
    ],
)
def test_exit_codes_say_what_happened(args, code):
    assert run(policy, *args).exit_code == code


def test_render_writes_every_document(tmp_path):
    result = run(policy, "render", "warehousepg", "--out", str(tmp_path), "--as-of", "2026-11-21T00:00:00Z")
    assert result.exit_code == 0, result.output
    assert {path.name for path in tmp_path.iterdir()} == {"SECURITY.md", "security.txt", "intake.json"}
    checked = run(policy, "check", "warehousepg", "--document", str(tmp_path / "SECURITY.md"))
    assert checked.exit_code == 0, checked.output


def test_check_ends_with_three_when_a_number_was_edited_by_hand(tmp_path):
    run(policy, "render", "community", "--out", str(tmp_path))
    document = tmp_path / "SECURITY.md"
    document.write_text(
        document.read_text("utf-8").replace("within 3 business days", "within 4 business days"), "utf-8"
    )
    result = run(policy, "check", "community", "--document", str(document), "--json")
    assert result.exit_code == 3
    assert {each["code"] for each in json.loads(result.stdout)["drift"] if each["severity"] == "error"} == {
        "drift-differs"
    }


def test_a_broken_policy_is_refused_with_every_problem(tmp_path):
    broken = tmp_path / "policy.toml"
    broken.write_text('schema = "tocsin.policy/1"\n[projekt]\n[sla.first_feedback]\nwithin = "soon"\n', "utf-8")
    result = run(policy, "check", str(broken), "--json")
    assert result.exit_code == 3
    assert {each["code"] for each in json.loads(result.stdout)["findings"]} == {
        "missing-key",
        "unknown-key",
        "not-a-duration",
    }


def test_a_policy_finds_what_it_extends_among_the_shipped_ones(tmp_path):
    own = tmp_path / "policy.toml"
    own.write_text('schema = "tocsin.policy/1"\nextends = "community"\n[project]\nname = "Mine"\n', "utf-8")
    answer = json.loads(run(policy, "due", str(own), *RECEIVED, "--promise", "conversation", "--json").stdout)
    assert answer["due"] == "2026-12-02T16:00:00Z"


def test_the_worked_example_of_the_design_loads_as_it_stands():
    whole, extending = (str(DATA / "policies" / f"ux-{name}.toml") for name in ("community", "warehousepg"))
    assert run(policy, "due", whole, *RECEIVED, "--promise", "first_feedback").exit_code == 0
    extended = run(policy, "due", extending, *RECEIVED, "--promise", "disclosure", "--json")
    assert json.loads(extended.stdout)["due"] == "2026-12-25T16:00:00Z"


def test_stories_run_against_a_policy_and_a_failing_one_is_told(tmp_path):
    folder = DATA / "clauses" / "first_feedback"
    assert run(policy, "test", str(folder), "--policy", "community").exit_code == 0
    story = tmp_path / "wrong.toml"
    text = 'claim = "x"\n[given]\nreceived_at = "2026-11-27 16:00 UTC"\n[[when]]\nat = "2026-11-27 17:00 UTC"\n'
    story.write_text(text + 'then = { due = { first-feedback = "2026-12-01 16:00 UTC" } }\n', "utf-8")
    result = run(policy, "test", str(tmp_path), "--policy", "community")
    assert result.exit_code == 3
    assert "first-feedback is due Wed 2 Dec 2026 16:00 UTC, not Tue 1 Dec 2026 16:00 UTC" in result.stdout


def test_diff_lists_terms_and_deadlines():
    answer = json.loads(run(policy, "diff", "community", "warehousepg", *RECEIVED, "--json").stdout)
    assert {"path": "disclosure.max", "before": "90 days", "after": "28 days"} in answer["terms"]


def test_lint_and_policy_need_no_framework():
    code = (
        "import sys; sys.modules['django'] = None\n"
        "from tocsin.delivery.cli.lint import lint\nfrom tocsin.delivery.cli.policy import policy\n"
        "policy(['due', 'community', '--received', '2026-11-27T16:00Z', '--promise', 'first_feedback'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, env={"PYTHONPATH": "src"}
    )
    assert done.returncode == 0, done.stderr
    assert "Wed 2 Dec 2026" in done.stdout
