"""What a connector hears when a host answers wrongly, slowly or not at all."""

from __future__ import annotations

import base64
import socket
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse

from kitart.connectors.errors import ConnectorError
from kitart.connectors.http import (
    HttpClient,
    PreconditionFailed,
    ServiceRefused,
    TlsFailed,
    Unreachable,
    host_pauses,
    json_body,
)
from sandbox.faults import Faults
from sandbox.server import SandboxServer
from sandbox.tls import Certificate, issue_certificate


def echo_app(faults: Faults) -> FastAPI:
    app = FastAPI()

    @app.api_route("/echo", methods=["GET", "POST"])
    async def echo(request: Request) -> JSONResponse:
        body = (await request.body()).decode()
        return JSONResponse(
            {"headers": dict(request.headers), "body": body},
            headers={"Set-Cookie": "session=1"},
        )

    @app.get("/moved")
    def moved() -> RedirectResponse:
        return RedirectResponse("/echo")

    @app.get("/long")
    def long() -> PlainTextResponse:
        return PlainTextResponse("x" * 400)

    app.add_middleware(faults.middleware)
    return app


@pytest.fixture
def faults() -> Faults:
    return Faults()


@pytest.fixture
def server(faults: Faults) -> Iterator[SandboxServer]:
    host_pauses.forget()
    with SandboxServer(echo_app(faults)) as running:
        yield running
    host_pauses.forget()


@pytest.fixture
def client(server: SandboxServer) -> HttpClient:
    return HttpClient(server.url, timeout_s=(1.0, 1.0), name="Echo")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return issue_certificate(tmp_path_factory.mktemp("tls"))


def test_an_expected_answer_comes_back_whole(client: HttpClient) -> None:
    answer = client.request("POST", "/echo", json={"a": 1})
    assert json_body(answer)["body"].replace(" ", "") == '{"a":1}'


def test_basic_auth_and_an_own_authorization_header_are_sent(server: SandboxServer) -> None:
    with_auth = HttpClient(server.url, auth=("user", "word"))
    heard = json_body(with_auth.request("GET", "/echo"))["headers"]
    assert heard["authorization"].startswith("Basic ")
    without = HttpClient(server.url)
    heard = json_body(without.request("GET", "/echo", auth_header="Bearer t"))["headers"]
    assert heard["authorization"] == "Bearer t"


def test_the_password_never_goes_to_another_host(server: SandboxServer) -> None:
    client = HttpClient("https://api.example", auth=("user", "word"))
    heard = json_body(client.request("GET", f"{server.url}/echo"))["headers"]
    assert "authorization" not in heard


def test_cookies_are_not_kept(client: HttpClient) -> None:
    client.request("GET", "/echo")
    assert "cookie" not in json_body(client.request("GET", "/echo"))["headers"]


def test_a_netrc_and_a_proxy_of_the_environment_are_ignored(
    client: HttpClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert "authorization" not in json_body(client.request("GET", "/echo"))["headers"]


def test_a_redirect_is_refused_not_followed(client: HttpClient) -> None:
    with pytest.raises(ServiceRefused, match="307") as refusal:
        client.request("GET", "/moved")
    assert refusal.value.permanent


@pytest.mark.parametrize(
    ("status", "permanent"),
    [
        *((status, True) for status in (400, 401, 403, 404, 409, 413)),
        *((status, False) for status in (408, 423, 425, 429, 500, 502, 503, 504)),
    ],
)
def test_only_what_may_pass_is_worth_another_try(
    client: HttpClient, faults: Faults, status: int, permanent: bool
) -> None:
    faults.set("/echo", "status", status=status)
    with pytest.raises(ServiceRefused) as refusal:
        client.request("GET", "/echo")
    assert refusal.value.permanent is permanent
    assert refusal.value.status == status


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        ({"error": {"code": "itemNotFound", "message": "Not there."}}, "itemNotFound", "Not there"),
        ({"error": "invalid_client", "error_description": "Wrong."}, "invalid_client", "Wrong."),
        ({"code": 21211, "message": "Invalid 'To'"}, "21211", "Invalid 'To'"),
        ("<html>Forbidden</html>", "", "a web page"),
        (["odd"], "", "400"),
    ],
)
def test_the_services_own_words_are_told(
    client: HttpClient, faults: Faults, body: object, code: str, words: str
) -> None:
    faults.set("/echo", "status", status=400, body=body)
    with pytest.raises(ServiceRefused, match="GET /echo answered 400") as refusal:
        client.request("GET", "/echo")
    assert refusal.value.code == code
    assert words in refusal.value.message


def test_a_message_holds_no_query_and_no_password(server: SandboxServer, faults: Faults) -> None:
    secret = "-".join(("very", "hush"))
    client = HttpClient(server.url, auth=("user", secret))
    for kind in ("reset", "unavailable", "stopped"):
        host_pauses.forget()
        faults.clear()
        if kind == "stopped":  # the text of this one, from requests, holds the whole address
            server.stop()
        else:
            faults.set("/echo", kind)
        with pytest.raises(ConnectorError) as error:
            client.request("GET", f"/echo?tempauth={secret}", params={"key": secret})
        assert secret not in "".join(traceback.format_exception(error.value))


def test_a_412_is_told_apart(client: HttpClient, faults: Faults) -> None:
    faults.set("/echo", "status", status=412)
    with pytest.raises(PreconditionFailed) as refusal:
        client.request("GET", "/echo")
    assert refusal.value.permanent


def test_a_refused_connection_may_pass() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(Unreachable, match="connection refused") as error:
        HttpClient(f"http://127.0.0.1:{port}").request("GET", "/")
    assert not error.value.permanent


@pytest.mark.parametrize("kind", ["reset", "lost_answer", "truncate"])
def test_a_broken_connection_may_pass(client: HttpClient, faults: Faults, kind: str) -> None:
    faults.set("/*", kind)
    with pytest.raises(Unreachable) as error:
        client.request("GET", "/long")
    assert not error.value.permanent


def test_silence_ends_at_the_time_limit(client: HttpClient, faults: Faults) -> None:
    faults.set("/echo", "delay", seconds=5)
    began = time.monotonic()
    with pytest.raises(Unreachable, match="no answer in time"):
        client.request("GET", "/echo")
    assert time.monotonic() - began < 3


def test_a_dripping_answer_ends_at_the_total_limit(server: SandboxServer, faults: Faults) -> None:
    """Each byte comes within the read time-out, so only the total limit can end it."""
    faults.set("/long", "slow_body", pause_s=0.05)
    client = HttpClient(server.url, timeout_s=(1.0, 1.0), total_s=0.5)
    began = time.monotonic()
    with pytest.raises(Unreachable, match=r"did not end in 0\.5 s"):
        client.request("GET", "/long")
    assert time.monotonic() - began < 2


def test_a_web_page_instead_of_json_is_said_plainly(client: HttpClient, faults: Faults) -> None:
    faults.set("/echo", "web_page")
    answer = client.request("GET", "/echo")
    with pytest.raises(ConnectorError, match="expected JSON, got text/html") as error:
        json_body(answer)
    assert not error.value.permanent


def test_our_roots_win_over_those_of_the_environment(
    certificate: Certificate, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = issue_certificate(tmp_path / "other")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(other.ca_file))
    with SandboxServer(echo_app(Faults()), tls=certificate) as server:
        client = HttpClient(server.url, ca_file=certificate.ca_file)
        assert client.request("GET", "/echo").status_code == 200
        with pytest.raises(TlsFailed, match="certificate not trusted"):
            HttpClient(server.url, ca_file=other.ca_file).request("GET", "/echo")


def test_a_missing_file_of_roots_is_ours_to_mend(server: SandboxServer, tmp_path: Path) -> None:
    url = server.url.replace("http:", "https:")
    with pytest.raises(ConnectorError, match="file of trusted roots") as error:
        HttpClient(url, ca_file=tmp_path / "none.pem").request("GET", "/echo")
    assert error.value.permanent


@pytest.mark.parametrize("address", ["", "api.example", "ftp://127.0.0.1", "http://[", "http://"])
def test_an_address_that_is_none_is_permanent(address: str) -> None:
    with pytest.raises(ConnectorError, match="request can't be made") as error:
        HttpClient(address).request("GET", "/echo")
    assert error.value.permanent


def test_a_password_may_hold_any_letter(server: SandboxServer) -> None:
    client = HttpClient(server.url, auth=("őr", "jelszó-űő"))
    heard = json_body(client.request("GET", "/echo"))["headers"]["authorization"]
    assert base64.b64decode(heard.removeprefix("Basic ")).decode() == "őr:jelszó-űő"


def test_a_header_that_would_smuggle_another_is_refused(client: HttpClient) -> None:
    with pytest.raises(ConnectorError, match="InvalidHeader") as error:
        client.request("GET", "/echo", headers={"X-Key": "a\r\nX-Other: b"})
    assert error.value.permanent
