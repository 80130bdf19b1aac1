// The MCP SDK as the client of a protected MCP server, logging in with a client id that is a document, and by registration.
// MCP specification, Authorization: RFC 9728, RFC 8414, RFC 7591, RFC 8707, Client ID Metadata Documents.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose'
import { Person } from './forms.mjs'
import { publish } from './publisher.mjs'

const { AUTHY_ISSUER, AUTHY_USERNAME, AUTHY_PASSWORD, AUTHY_MCP_PORT, AUTHY_MCP_METADATA } = process.env
const RESOURCE = `http://127.0.0.1:${AUTHY_MCP_PORT}/mcp`
const ok = (step) => console.log(`ok   MCP SDK: ${step}`)

// The resource server. Its RFC 9728 document is the one that `authy resource show --metadata` prints.
const keys = createRemoteJWKSet(new URL(`${AUTHY_ISSUER}/.well-known/jwks.json`))
const wellKnown = `/.well-known/oauth-protected-resource/mcp`
const challenge = `Bearer resource_metadata="http://127.0.0.1:${AUTHY_MCP_PORT}${wellKnown}", scope="mcp:tools"`

async function holder(request) {
  const token = request.headers.authorization?.match(/^Bearer (.+)$/)?.[1]
  const { payload } = await jwtVerify(token ?? '', keys, { issuer: AUTHY_ISSUER, audience: RESOURCE, typ: 'at+jwt' })
  assert.ok(payload.scope.split(' ').includes('mcp:tools'), payload.scope)
  return payload
}

async function serve(request, response) {
  if (request.url === wellKnown) return response.setHeader('content-type', 'application/json').end(AUTHY_MCP_METADATA)
  if (request.url !== '/mcp') return response.writeHead(404).end()
  let who
  try {
    who = await holder(request)
  } catch {
    return response.writeHead(401, { 'www-authenticate': challenge }).end()
  }
  const server = new McpServer({ name: 'example', version: '1.0.0' })
  server.registerTool('whoami', { description: 'Names the holder of the token' }, async () => ({ content: [{ type: 'text', text: who.sub }] }))
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined, enableJsonResponse: true })
  await server.connect(transport)
  await transport.handleRequest(request, response)
}

// What a program keeps between its runs, and where it is sent to sign in.
class Program {
  constructor(port, documentUrl) {
    this.redirectUrl = `http://127.0.0.1:${port}/callback`
    this.clientMetadataUrl = documentUrl
  }
  get clientMetadata() {
    return { client_name: 'MCP program', redirect_uris: [this.redirectUrl], grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'], token_endpoint_auth_method: 'none' }
  }
  clientInformation() { return this.information }
  saveClientInformation(information) { this.information = information }
  tokens() { return this.kept }
  saveTokens(tokens) { this.kept = tokens }
  redirectToAuthorization(url) { this.sentTo = url }
  saveCodeVerifier(verifier) { this.verifier = verifier }
  codeVerifier() { return this.verifier }
}

async function connects(program, name) {
  const person = new Person(AUTHY_USERNAME, AUTHY_PASSWORD)
  const transport = () => new StreamableHTTPClientTransport(new URL(RESOURCE), { authProvider: program })
  const client = () => new Client({ name: 'example-client', version: '1.0.0' })
  const first = transport()
  await assert.rejects(client().connect(first), UnauthorizedError)
  assert.equal(program.sentTo.searchParams.get('resource'), RESOURCE)
  assert.equal(program.sentTo.searchParams.get('code_challenge_method'), 'S256')
  const back = await person.browse(program.sentTo, program.redirectUrl)
  assert.equal(back.searchParams.get('iss'), AUTHY_ISSUER)
  assert.ok(person.seen.includes('consent-form'), 'nobody has approved it before')
  ok(`${name}: sent to sign in, PKCE and resource in the request, iss in the answer`)

  await first.finishAuth(back.searchParams.get('code'))
  assert.equal(decodeJwt(program.kept.access_token).aud, RESOURCE)
  const connected = client()
  await connected.connect(transport())
  const { tools } = await connected.listTools()
  assert.deepEqual(tools.map((tool) => tool.name), ['whoami'])
  const { content } = await connected.callTool({ name: 'whoami', arguments: {} })
  assert.equal(content[0].text, decodeJwt(program.kept.access_token).sub)
  await connected.close()
  ok(`${name}: the server takes the token, lists its tools and runs one`)

  const before = program.kept
  program.kept = { ...before, access_token: 'gone' }
  const refreshed = client()
  await refreshed.connect(transport())
  assert.notEqual(program.kept.access_token, 'gone')
  assert.equal(decodeJwt(program.kept.access_token).aud, RESOURCE)
  await refreshed.close()
  ok(`${name}: a token that is refused is refreshed without a person`)
}

const resourceServer = createServer((request, response) => serve(request, response).catch((error) => { console.error(error); response.destroy() }))
await new Promise((resolve) => resourceServer.listen(AUTHY_MCP_PORT, '127.0.0.1', resolve))

// Ports of the redirect URI are free: RFC 8252 section 7.3.
const publisher = await publish('/program.json', (client_id) => (
  { client_id, client_name: 'Published program', redirect_uris: ['http://127.0.0.1/callback'], token_endpoint_auth_method: 'none', grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'] }))

try {
  const published = new Program(49152 + (process.pid % 10000), publisher.url)
  await connects(published, 'Client ID Metadata Document')
  assert.equal(published.information.client_id, publisher.url)
  assert.equal(publisher.asked, 1, 'the document is kept for a while')

  const registered = new Program(49152 + (process.pid % 10000))
  await connects(registered, 'registration')
  assert.match(registered.information.client_id, /^[a-z2-7]{20}$/)
} finally {
  resourceServer.close()
  resourceServer.closeAllConnections()
  publisher.stop()
}
