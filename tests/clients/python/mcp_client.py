"""The MCP SDK as client and as protected server: logging in with a client id that is a document, and by registration."""

import asyncio
import json
import os
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import httpx2
import jwt
import uvicorn
from mcp import Client
from mcp.client.auth import AuthorizationCodeResult, OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.server.auth.provider import AccessToken
from mcp.server.auth.settings import AuthSettings
from mcp.server.mcpserver import MCPServer
from mcp.shared.auth import OAuthClientMetadata

from forms import Person

ISSUER = os.environ["AUTHY_ISSUER"]
PORT = int(os.environ["AUTHY_MCP_PORT"])
RESOURCE = f"http://127.0.0.1:{PORT}/mcp"
REDIRECT_URI = f"http://127.0.0.1:{49152 + os.getpid() % 10000}/callback"
person = Person(os.environ["AUTHY_USERNAME"], os.environ["AUTHY_PASSWORD"])


def ok(step):
    print(f"ok   MCP SDK for Python: {step}", flush=True)


class Verifier:
    """RFC 9068: an access token of authy for this server and no other."""

    keys = jwt.PyJWKClient(f"{ISSUER}/.well-known/jwks.json")

    async def verify_token(self, token):
        try:
            key = await asyncio.to_thread(self.keys.get_signing_key_from_jwt, token)
            claims = jwt.decode(token, key.key, algorithms=["ES256"], issuer=ISSUER, audience=RESOURCE)
        except jwt.PyJWTError:
            return None
        scopes = claims["scope"].split()
        return AccessToken(token=token, client_id=claims["client_id"], scopes=scopes, resource=RESOURCE, subject=claims["sub"])


def serve_mcp():
    settings = AuthSettings(issuer_url=ISSUER, resource_server_url=RESOURCE, required_scopes=["mcp:tools"], validate_token_resource=True)
    server = MCPServer("example", token_verifier=Verifier(), auth=settings, log_level="ERROR")

    @server.tool()
    def add(one: int, other: int) -> int:
        return one + other

    running = uvicorn.Server(uvicorn.Config(server.streamable_http_app(), host="127.0.0.1", port=PORT, log_level="error"))
    threading.Thread(target=running.run, daemon=True).start()
    while not running.started:
        time.sleep(0.05)


def publish():
    """Where the program's makers keep its description: the URL of the document."""

    class Document(BaseHTTPRequestHandler):
        def do_GET(self):
            body = json.dumps(
                {
                    "client_id": url,
                    "client_name": "Published program",
                    "redirect_uris": ["http://127.0.0.1/callback"],
                    "token_endpoint_auth_method": "none",
                }
            ).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Document)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(os.environ["AUTHY_CERT"], os.environ["AUTHY_KEY"])
    server.socket = context.wrap_socket(server.socket, server_side=True)
    url = f"https://127.0.0.1:{server.server_port}/program.json"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return url


class Kept:
    """What a program keeps between its runs."""

    tokens = client = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client_info):
        self.client = client_info


async def connect(name, document_url):
    kept, places = Kept(), []

    async def sent_to(url):
        query = parse_qs(urlsplit(url).query)
        assert query["resource"] == [RESOURCE] and query["code_challenge_method"] == ["S256"], url
        places.append(await asyncio.to_thread(person.browse, url, REDIRECT_URI))

    async def back():
        query = {key: values[0] for key, values in parse_qs(urlsplit(places[-1]).query).items()}
        return AuthorizationCodeResult(code=query["code"], state=query.get("state"), iss=query.get("iss"))

    metadata = OAuthClientMetadata(client_name="MCP program", redirect_uris=[REDIRECT_URI], token_endpoint_auth_method="none")
    provider = OAuthClientProvider(RESOURCE, metadata, kept, sent_to, back, client_metadata_url=document_url)
    async with httpx2.AsyncClient(auth=provider, timeout=20) as http:
        async with Client(streamable_http_client(RESOURCE, http_client=http)) as client:
            assert [tool.name for tool in (await client.list_tools()).tools] == ["add"]
            result = await client.call_tool("add", {"one": 1, "other": 2})
            assert result.content[0].text == "3", result
    assert len(places) == 1 and "consent-form" in person.seen
    claims = jwt.decode(kept.tokens.access_token, options={"verify_signature": False})
    assert claims["aud"] == RESOURCE and claims["client_id"] == kept.client.client_id
    assert (kept.client.client_id == document_url) == (document_url is not None)
    ok(f"{name}: signed in, and the server takes the token")


serve_mcp()
asyncio.run(connect("Client ID Metadata Document", publish()))
asyncio.run(connect("registration", None))
