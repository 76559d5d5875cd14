"""Single sign-on against an issuer of our own on this machine: who gets in, and who does not."""

import json
import threading
import time
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client

from pool import clock
from pool.models import Role, SecondFactor, User
from tests.pool.people import person

pytestmark = pytest.mark.django_db
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
ANOTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Issuer(ThreadingHTTPServer):
    claims: dict[str, Any]
    key = KEY
    asked: list[dict[str, list[str]]]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Answers(BaseHTTPRequestHandler):
    server: Issuer

    def do_GET(self) -> None:
        jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
        self.say({"keys": [jwk | {"kid": "one", "alg": "RS256"}]})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.asked.append(parse_qs(body))
        token = jwt.encode(self.server.claims, self.server.key, "RS256", {"kid": "one"})
        self.say({"id_token": token, "access_token": "x", "token_type": "Bearer"})

    def say(self, answer: Any) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def issuer(settings: Any) -> Iterator[Issuer]:
    clock.set_day(date(2025, 1, 16))
    server = Issuer(("127.0.0.1", 0), Answers)
    server.asked = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.OIDC_ISSUER = server.url
    settings.OIDC_RP_CLIENT_ID, settings.OIDC_RP_CLIENT_SECRET = "rcpool", "secret"
    settings.OIDC_OP_AUTHORIZATION_ENDPOINT = f"{server.url}/authorize"
    settings.OIDC_OP_TOKEN_ENDPOINT = f"{server.url}/token"
    settings.OIDC_OP_JWKS_ENDPOINT = f"{server.url}/jwks"
    settings.AUTHENTICATION_BACKENDS = [*settings.AUTHENTICATION_BACKENDS, "pool.sso.SingleSignOn"]
    yield server
    server.shutdown()
    server.server_close()


def come_back(issuer: Issuer, username: str, **wrong: Any) -> tuple[Client, Any]:
    """The whole way: to the issuer and back with its word."""
    client = Client()
    asked = parse_qs(urlsplit(client.get("/login/sso/?next=/notices/")["Location"]).query)
    assert asked["code_challenge_method"] == ["S256"] and asked["response_type"] == ["code"]
    now = int(time.time())
    issuer.claims = {
        "iss": issuer.url, "aud": "rcpool", "sub": "1", "iat": now, "exp": now + 60, "nonce": asked["nonce"][0],
        "preferred_username": username, **wrong,
    }  # fmt: skip
    return client, client.get("/login/sso/callback/", {"code": "x", "state": wrong.get("state", asked["state"][0])})


def is_in(client: Client) -> bool:
    return client.get("/notices/").status_code == 200


def test_an_account_of_ours_gets_in(issuer: Issuer) -> None:
    client, answer = come_back(issuer, person().username)
    assert answer["Location"] == "/notices/" and is_in(client)
    assert issuer.asked[0]["code_verifier"]
    assert "统一身份认证登录" in Client().get("/login/").content.decode()


def test_no_account_is_ever_made(issuer: Issuer) -> None:
    before = User.objects.count()
    client, answer = come_back(issuer, "somebody-else")
    assert answer["Location"] == "/login/" and not is_in(client)
    assert User.objects.count() == before


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://elsewhere.example"},
        {"aud": "another"},
        {"nonce": "another"},
        {"exp": 1_000_000_000},
        {"preferred_username": ""},
        {"state": "another"},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_a_word_that_does_not_hold_opens_nothing(issuer: Issuer, wrong: dict[str, Any]) -> None:
    client, answer = come_back(issuer, person().username, **wrong)
    assert answer["Location"] == "/login/" and not is_in(client)


def test_another_s_signature_opens_nothing(issuer: Issuer) -> None:
    issuer.key = ANOTHER
    client, _answer = come_back(issuer, person().username)
    assert not is_in(client)


def test_who_has_left_stays_out(issuer: Issuer) -> None:
    client, _answer = come_back(issuer, person(Role.AUDITOR, is_active=False).username)
    assert not is_in(client)


def test_the_second_factor_is_asked_for_all_the_same(issuer: Issuer) -> None:
    user = person()
    SecondFactor.objects.create(user=user, secret="ab" * 20, confirmed=True)
    client, answer = come_back(issuer, user.username)
    assert answer["Location"] == "/login/code/" and not is_in(client)


def test_without_an_issuer_there_is_no_such_door(settings: Any) -> None:
    assert settings.OIDC_ISSUER == ""
    assert Client().get("/login/sso/").status_code == 404
    assert Client().get("/login/sso/callback/").status_code == 404
