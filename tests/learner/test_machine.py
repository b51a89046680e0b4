"""The doctor's findings, the rows of serve, and a command line that starts at once."""

import json
import subprocess
import sys

import httpx
import jsonschema
import pytest

from grader.catalogue import SLUGS
from grader.cli import COMMANDS, main
from grader.learner import machine, seed, serving
from grader.learner.machine import Finding, told
from grader.paths import ROOT, STARTER
from grader.results import Result

HEAVY = ("pytest", "rich", "psycopg", "httpx", "watchfiles", "sqlalchemy", "fastapi")


def test_quick_findings_follow_the_schema() -> None:
    result = Result(
        "starter", "en", {}, findings=[f.to_json() for f in machine.quick()]
    )
    schema = json.loads((ROOT / "grader/report/result.schema.json").read_text("utf-8"))

    jsonschema.validate(result.to_json(), schema)
    assert len(result.findings) >= 7


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_amiss_has_a_mend(language: str) -> None:
    for finding in machine.quick():
        found, mend = told(Finding(finding.id, "bad", finding.params), language)
        assert found
        assert mend
        assert "\n" not in mend


def test_old_python_is_bad(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "OLDEST", (99, 0))

    assert machine.python().status == "bad"


def test_full_disk_is_bad(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "LOW_DISK", 1 << 60)

    assert machine.disk().status == "bad"


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_each_command_is_in_both_languages(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = []
    for language in ("en", "zh"):
        with pytest.raises(SystemExit):
            main([command, "--help", "--lang", language])
        texts.append(capsys.readouterr().out)

    assert texts[0] != texts[1]


def test_no_command_imports_what_is_heavy_before_it_works() -> None:
    script = (
        "import sys; from grader.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        f"sys.exit(str([m for m in {HEAVY} if m in sys.modules]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT
    )

    assert done.stderr == "[]\n"


def test_assistants_are_asked_to_hint_and_the_generator_leaves_that() -> None:
    assert "one hint at a time" in (STARTER / "AGENTS.md").read_text("utf-8")


def app(requests: list[httpx.Request]) -> httpx.MockTransport:
    """Registers nobody, logs everybody in, and answers posts with 501."""

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        if request.url.path == "/v1/auth/token":
            return httpx.Response(200, json={"access_token": "t"})
        status = 501 if request.url.path == "/v1/posts" else 201
        return httpx.Response(status, json={"id": "1"})

    return httpx.MockTransport(answer)


@pytest.mark.parametrize("slug", [*SLUGS, "nothing"])
def test_rows_are_made_through_the_api(
    slug: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests: list[httpx.Request] = []
    client = httpx.Client
    monkeypatch.setattr(
        httpx, "Client", lambda **k: client(transport=app(requests), **k)
    )

    done = seed.seed(slug, "http://127.0.0.1:1")

    assert done.accounts == [seed.ADMIN, seed.MEMBER]
    assert len(requests) >= 3 + done.made
    if slug == "blog":
        assert done.refused[0] == "POST /v1/posts → 501"


def test_taken_port_is_said_and_another_is_found() -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        assert not serving.free(port)
    assert serving.choose_port(None) >= 8000
