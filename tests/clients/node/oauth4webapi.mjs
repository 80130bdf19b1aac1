// oauth4webapi, with every step by hand: registration with a key, PAR, JAR, JARM, DPoP with nonces, and a client id that is a document.
// RFC 7591, RFC 7592, RFC 7523, RFC 9126, RFC 9101, RFC 9449, RFC 9701, OAuth 2.0 JARM, Client ID Metadata Document.
import assert from 'node:assert/strict'
import * as oauth from 'oauth4webapi'
import { exportJWK } from 'jose'
import { Person } from './forms.mjs'
import { publish } from './publisher.mjs'

const env = (name) => process.env[name] ?? assert.fail(`${name} is not set`)
const issuer = new URL(env('AUTHY_ISSUER'))
const redirectUri = 'https://oauth4webapi.example/callback'
const insecure = { [oauth.allowInsecureRequests]: true }
const person = new Person(env('AUTHY_USERNAME'), env('AUTHY_PASSWORD'))
const ok = (step) => console.log(`ok   oauth4webapi: ${step}`)
const refusedWith = (code) => (error) => error.error === code || assert.fail(`${error.error ?? error}, not ${code}`)

// The issuer has no path, so both well-known documents are the same one.
const documents = await Promise.all(['oidc', 'oauth2'].map(async (algorithm) =>
  oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm, ...insecure }))))
assert.deepEqual(documents[0], documents[1])
const [as] = documents
ok('discovery, by OpenID Connect and by RFC 8414')

const key = await oauth.generateKeyPair('ES256')
const privateKey = { key: key.privateKey, kid: 'k1' }
const jwk = { ...(await exportJWK(key.publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }
const client = await oauth.processDynamicClientRegistrationResponse(await oauth.dynamicClientRegistrationRequest(as, {
  client_name: 'By hand', redirect_uris: [redirectUri], grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'],
  token_endpoint_auth_method: 'private_key_jwt', token_endpoint_auth_signing_alg: 'ES256', jwks: { keys: [jwk] },
  request_object_signing_alg: 'ES256', authorization_signed_response_alg: 'ES256', introspection_signed_response_alg: 'ES256',
  id_token_signed_response_alg: 'ES256', userinfo_signed_response_alg: 'ES256', dpop_bound_access_tokens: true,
}, insecure))
assert.equal(client.token_endpoint_auth_method, 'private_key_jwt')
assert.equal(client.client_secret, undefined)
const byKey = oauth.PrivateKeyJwt(privateKey)
ok('registered with a key of its own (RFC 7591)')

// RFC 9449 section 8: the provider may ask for a nonce, and then the same request is made again with it.
async function withNonce(request) {
  try {
    return await request()
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error
    return request()
  }
}

const proof = await oauth.generateKeyPair('Ed25519')
const DPoP = oauth.DPoP(client, proof)

// A signed request, pushed with a proof; the answer is signed too.
async function authorize() {
  const verifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  const nonce = oauth.generateRandomNonce()
  const request = await oauth.issueRequestObject(as, client, {
    response_type: 'code', redirect_uri: redirectUri, scope: 'openid email offline_access', state, nonce, response_mode: 'jwt',
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
  }, privateKey)
  const pushed = await withNonce(async () =>
    oauth.processPushedAuthorizationResponse(as, client, await oauth.pushedAuthorizationRequest(as, client, byKey, { request }, { DPoP, ...insecure })))
  assert.match(pushed.request_uri, /^urn:ietf:params:oauth:request_uri:/)
  const url = new URL(as.authorization_endpoint)
  url.search = new URLSearchParams({ client_id: client.client_id, request_uri: pushed.request_uri })
  const callback = await person.browse(url, redirectUri)
  assert.deepEqual([...callback.searchParams.keys()], ['response'], 'everything is in the signed answer')
  const parameters = await oauth.validateJwtAuthResponse(as, client, callback, state, insecure)
  return { url, verifier, nonce, parameters }
}

const redeem = async ({ parameters, verifier, nonce }, handle = DPoP) =>
  withNonce(async () => oauth.processAuthorizationCodeResponse(as, client,
    await oauth.authorizationCodeGrantRequest(as, client, byKey, parameters, redirectUri, verifier, { DPoP: handle, ...insecure }), { expectedNonce: nonce }))

const first = await authorize()
assert.ok(person.seen.includes('consent-form'), 'nobody has approved it before')
await assert.rejects(redeem(first, oauth.DPoP(client, await oauth.generateKeyPair('ES256'))), refusedWith('invalid_grant'))
ok('PAR with a request object and a proof: another key cannot redeem the code; the answer is a JWT (JARM)')

const tokens = await redeem(first)
const { sub } = oauth.getValidatedIdTokenClaims(tokens)
assert.equal(tokens.token_type, 'dpop')
ok('code redeemed with private_key_jwt and DPoP')
await assert.rejects(person.browse(first.url, redirectUri), /error page: invalid_request/)
ok('a pushed request is answered once')

const userinfo = await withNonce(async () =>
  oauth.processUserInfoResponse(as, client, sub, await oauth.userInfoRequest(as, client, tokens.access_token, { DPoP, ...insecure })))
assert.equal(userinfo.email, 'ada@example.org')
ok('userinfo, signed, by a bound token')

const introspect = async (token) => {
  const response = await oauth.introspectionRequest(as, client, byKey, token, { requestJwtResponse: true, ...insecure })
  assert.match(response.headers.get('content-type'), /^application\/token-introspection\+jwt/)
  const facts = await oauth.processIntrospectionResponse(as, client, response)
  await oauth.validateApplicationLevelSignature(as, response, insecure)
  return facts
}
const facts = await introspect(tokens.access_token)
assert.deepEqual([facts.active, facts.sub, facts.token_type?.toLowerCase()], [true, sub, 'dpop'])
assert.equal(facts.cnf.jkt, await DPoP.calculateThumbprint())
ok('introspection, signed (RFC 9701), names the key')

const refreshed = await withNonce(async () => oauth.processRefreshTokenResponse(as, client,
  await oauth.refreshTokenGrantRequest(as, client, byKey, tokens.refresh_token, { DPoP, ...insecure })))
assert.equal(oauth.getValidatedIdTokenClaims(refreshed).sub, sub)
await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, byKey, refreshed.access_token, insecure))
assert.equal((await introspect(refreshed.access_token)).active, false)
ok('refreshed with a proof, revoked')

// RFC 7592: what was registered can be read, and taken away.
const manage = (method) => fetch(client.registration_client_uri, { method, headers: { authorization: `Bearer ${client.registration_access_token}` } })
assert.equal((await (await manage('GET')).json()).client_id, client.client_id)
assert.equal((await manage('DELETE')).status, 204)
await assert.rejects(authorize(), { name: 'WWWAuthenticateChallengeError', status: 401 })
ok('the registration is read and taken away (RFC 7592)')

// Programs whose client id is the URL of their description: one on a loopback port, whose ports are free (RFC 8252 section 7.3), and a service
// with a key in that document.
const programKey = await oauth.generateKeyPair('Ed25519')
const programJwk = { ...(await exportJWK(programKey.publicKey)), kid: 'p1', alg: 'Ed25519' }
const loopback = `http://127.0.0.1:${49152 + (process.pid % 10000)}/callback`
const described = (more) => (client_id) => ({ client_id, client_name: 'Published program', redirect_uris: ['http://127.0.0.1/callback', redirectUri], ...more })

async function signInByDocument(program, authentication, backTo) {
  const verifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  const parameters = { client_id: program.client_id, response_type: 'code', redirect_uri: backTo, scope: 'openid email', state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' }
  const pushed = await oauth.processPushedAuthorizationResponse(as, program, await oauth.pushedAuthorizationRequest(as, program, authentication, parameters, insecure))
  const url = new URL(as.authorization_endpoint)
  url.search = new URLSearchParams({ client_id: program.client_id, request_uri: pushed.request_uri })
  const callback = await person.browse(url, backTo)
  assert.deepEqual(person.seen, ['consent-form'])
  const answer = oauth.validateAuthResponse(as, program, callback, state)
  return oauth.processAuthorizationCodeResponse(as, program,
    await oauth.authorizationCodeGrantRequest(as, program, authentication, answer, backTo, verifier, insecure))
}

assert.equal(as.client_id_metadata_document_supported, true)
const publishers = [
  await publish('/program.json', described({ token_endpoint_auth_method: 'none' })),
  await publish('/keyed.json', described({ token_endpoint_auth_method: 'private_key_jwt', token_endpoint_auth_signing_alg: 'Ed25519', jwks: { keys: [programJwk] } })),
]
try {
  const withKey = oauth.PrivateKeyJwt({ key: programKey.privateKey, kid: 'p1' })
  for (const [published, authentication, backTo] of [[publishers[0], oauth.None(), loopback], [publishers[1], withKey, redirectUri]]) {
    const program = { client_id: published.url }
    const got = await signInByDocument(program, authentication, backTo)
    const claims = oauth.getValidatedIdTokenClaims(got)
    assert.deepEqual([claims.sub, claims.aud], [sub, published.url])
    const told = await oauth.processUserInfoResponse(as, program, sub, await oauth.userInfoRequest(as, program, got.access_token, insecure))
    assert.equal(told.email, 'ada@example.org')
    await oauth.processRevocationResponse(await oauth.revocationRequest(as, program, authentication, got.access_token, insecure))
    assert.equal(published.asked, 1, 'the document is kept for a while')
  }
} finally {
  publishers.forEach((published) => published.stop())
}
ok('a client id that is a document: a public one, and one with a key')
