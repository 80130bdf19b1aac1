"""Authlib as the relying party: confidential with client_secret_post and client_secret_basic, then public."""

import os
from urllib.parse import parse_qs, urlencode, urlsplit

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # the issuer of the tests is http on loopback

import requests
from authlib.common.security import generate_token
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.jwk import KeySet

from forms import Person

ISSUER = os.environ["AUTHY_ISSUER"]
SCOPE = "openid profile email groups offline_access"
person = Person(os.environ["AUTHY_USERNAME"], os.environ["AUTHY_PASSWORD"])


def ok(step):
    print(f"ok   Authlib: {step}", flush=True)


def query(url):
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def session(client_id, secret, redirect_uri, method):
    return OAuth2Session(
        client_id,
        secret,
        scope=SCOPE,
        redirect_uri=redirect_uri,
        token_endpoint_auth_method=method,
        revocation_endpoint_auth_method=method,
        code_challenge_method="S256",
    )


def log_in(client, **extra):
    """Authorize, redeem, validate: the tokens and the claims of the ID Token."""
    verifier, nonce = generate_token(64), generate_token(20)
    url, state = client.create_authorization_url(metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce, **extra)
    callback = person.browse(url, client.redirect_uri)
    assert query(callback).get("iss") == ISSUER, callback
    tokens = client.fetch_token(metadata["token_endpoint"], authorization_response=callback, state=state, code_verifier=verifier)
    return tokens, validate(tokens, client.client_id, nonce)


def validate(tokens, client_id, nonce):
    decoded = jwt.decode(tokens["id_token"], keys, algorithms=["RS256"])
    claims = CodeIDToken(
        decoded.claims,
        decoded.header,
        options={"iss": {"values": [ISSUER]}, "aud": {"values": [client_id]}, "sub": {"essential": True}},
        params={"nonce": nonce, "client_id": client_id, "access_token": tokens["access_token"]},
    )
    claims.validate(leeway=5)
    return claims


metadata = requests.get(f"{ISSUER}/.well-known/openid-configuration", timeout=20).json()
assert metadata["issuer"] == ISSUER
keys = KeySet.import_key_set(requests.get(metadata["jwks_uri"], timeout=20).json())
ok("discovery and keys")

identity, secret, redirect_uri = (os.environ[name] for name in ("AUTHY_CLIENT_ID", "AUTHY_CLIENT_SECRET", "AUTHY_REDIRECT_URI"))
client = session(identity, secret, redirect_uri, "client_secret_post")
tokens, claims = log_in(client, prompt="consent")
assert person.seen == ["login-form", "consent-form"], person.seen
assert claims["preferred_username"] == person.username
assert claims["groups"] == ["staff"]
ok("code flow with PKCE and client_secret_post, ID Token validated")

userinfo = client.get(metadata["userinfo_endpoint"]).json()
assert userinfo["sub"] == claims["sub"]
assert userinfo["email_verified"] is True
ok("userinfo")

answer = client.introspect_token(metadata["introspection_endpoint"], token=tokens["access_token"], token_type_hint="access_token").json()
assert answer["active"] is True and answer["client_id"] == identity
ok("introspection")

fresh = client.refresh_token(metadata["token_endpoint"], refresh_token=tokens["refresh_token"])
assert fresh["refresh_token"] != tokens["refresh_token"]
assert validate(fresh, identity, None)["sub"] == claims["sub"]
ok("refresh")

assert client.revoke_token(metadata["revocation_endpoint"], token=fresh["refresh_token"]).status_code == 200
try:
    client.refresh_token(metadata["token_endpoint"], refresh_token=fresh["refresh_token"])
    raise AssertionError("a revoked refresh token was taken")
except OAuthError as refusal:
    assert refusal.error == "invalid_grant", refusal
ok("revocation")

basic = session(identity, secret, redirect_uri, "client_secret_basic")
basic_tokens, basic_claims = log_in(basic)
assert person.seen == [], f"asked again: {person.seen}"
assert basic_claims["sub"] == claims["sub"]
ok("client_secret_basic, signed in already and consent remembered")

public = session(os.environ["AUTHY_PUBLIC_CLIENT_ID"], None, os.environ["AUTHY_PUBLIC_REDIRECT_URI"], "none")
public_tokens, public_claims = log_in(public)
assert public.get(metadata["userinfo_endpoint"]).json()["sub"] == public_claims["sub"]
ok("a public client on a loopback port")

bye = os.environ["AUTHY_POST_LOGOUT_REDIRECT_URI"]
leave = {"id_token_hint": basic_tokens["id_token"], "post_logout_redirect_uri": bye, "state": "left"}
assert query(person.browse(f"{metadata['end_session_endpoint']}?{urlencode(leave)}", bye)) == {"state": "left"}
url, _ = basic.create_authorization_url(metadata["authorization_endpoint"], code_verifier=generate_token(64), prompt="none")
assert query(person.browse(url, redirect_uri))["error"] == "login_required"
ok("logout ends the session")
