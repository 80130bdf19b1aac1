// openid-client where no browser comes back: devices, people who are elsewhere, and services that hand tokens on.
// RFC 8628, OpenID CIBA Core, RFC 8693, RFC 7662, RFC 7009.
import assert from 'node:assert/strict'
import * as oidc from 'openid-client'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { Person } from './forms.mjs'

const env = (name) => process.env[name] ?? assert.fail(`${name} is not set`)
const issuer = env('AUTHY_ISSUER')
const api = env('AUTHY_RESOURCE')
const person = new Person(env('AUTHY_USERNAME'), env('AUTHY_PASSWORD'))
const ok = (step) => console.log(`ok   openid-client: ${step}`)
const refusedWith = (code) => (error) => error.error === code || assert.fail(`${error.error ?? error}, not ${code}`)

const discover = (id, authentication) =>
  oidc.discovery(new URL(issuer), id, {}, authentication, { execute: [oidc.allowInsecureRequests] })

// Asks as that client, has the person answer after its first poll, and waits for what comes of it.
async function device(config, parameters, open) {
  const started = await oidc.initiateDeviceAuthorization(config, parameters)
  assert.match(started.user_code, /^[B-Z]{4}-[B-Z]{4}$/)
  const polling = oidc.pollDeviceAuthorizationGrant(config, started)
  polling.catch(() => {})
  const done = await open(started)
  return { started, done, polling }
}

const elsewhere = await discover(env('AUTHY_ELSEWHERE_CLIENT_ID'), oidc.ClientSecretBasic(env('AUTHY_ELSEWHERE_CLIENT_SECRET')))
const metadata = elsewhere.serverMetadata()
for (const endpoint of ['device_authorization', 'backchannel_authentication', 'introspection', 'revocation', 'pushed_authorization_request']) {
  assert.ok(metadata[`${endpoint}_endpoint`].startsWith(`${issuer}/`), endpoint)
}

const typed = await device(elsewhere, { scope: 'openid profile offline_access' }, (started) => {
  assert.equal(started.verification_uri, `${issuer}/device`)
  person.userCode = started.user_code.toLowerCase().replace('-', ' ')
  return person.browse(started.verification_uri, '#device-done')
})
assert.deepEqual(person.seen, ['login-form', 'device-form', 'device-form'])
const tokens = await typed.polling
const { sub } = tokens.claims()
assert.equal(tokens.claims().preferred_username, person.username)
assert.equal((await oidc.fetchUserInfo(elsewhere, tokens.access_token, sub)).name, 'Ada Lovelace')
ok('device flow: the code is typed on the page, the device gets tokens')

const refreshed = await oidc.refreshTokenGrant(elsewhere, tokens.refresh_token)
assert.equal(refreshed.claims().sub, sub)
const facts = await oidc.tokenIntrospection(elsewhere, refreshed.access_token)
assert.deepEqual([facts.active, facts.sub, facts.client_id], [true, sub, env('AUTHY_ELSEWHERE_CLIENT_ID')])
await oidc.tokenRevocation(elsewhere, refreshed.refresh_token, { token_type_hint: 'refresh_token' })
assert.deepEqual({ ...(await oidc.tokenIntrospection(elsewhere, refreshed.access_token)) }, { active: false })
await assert.rejects(oidc.refreshTokenGrant(elsewhere, refreshed.refresh_token), refusedWith('invalid_grant'))
await oidc.tokenRevocation(elsewhere, 'nobody knows this token')
ok("the device's tokens are refreshed, introspected and revoked")

// RFC 8628 section 3.3.1: the link carries the code, and the person is asked all the same. A public client, as devices are.
const television = await discover(env('AUTHY_DEVICE_CLIENT_ID'), oidc.None())
const linked = await device(television, { scope: 'openid' }, ({ verification_uri_complete }) => person.browse(verification_uri_complete, '#device-done'))
assert.deepEqual(person.seen, ['device-form'])
assert.equal((await linked.polling).claims().sub, sub)
await assert.rejects(oidc.pollDeviceAuthorizationGrant(television, { ...linked.started, interval: 0 }), refusedWith('invalid_grant'))
ok('device flow: a public client, by the link; the code counts once')

person.refuses = true
const refused = await device(television, { scope: 'openid' }, ({ verification_uri_complete }) => person.browse(verification_uri_complete, '#device-done'))
person.refuses = false
assert.match(refused.done.querySelector('#device-done').text, /not connected/)
await assert.rejects(refused.polling, refusedWith('access_denied'))
ok('device flow: a person who says no')

// The till asks for the person by name; the person answers on the page of their account.
async function ask(message, answer) {
  const asked = await oidc.initiateBackchannelAuthentication(elsewhere, { scope: 'openid email', login_hint: person.username, binding_message: message })
  const polling = oidc.pollBackchannelAuthenticationGrant(elsewhere, asked)
  polling.catch(() => {})
  await person.decide(issuer, message, answer)
  return polling
}

const approved = await ask('W4SCT', 'allow')
assert.equal(approved.claims().sub, sub)
assert.equal((await oidc.fetchUserInfo(elsewhere, approved.access_token, sub)).email, `${person.username}@example.org`)
await assert.rejects(ask('W5SCT', 'deny'), refusedWith('access_denied'))
await assert.rejects(oidc.initiateBackchannelAuthentication(elsewhere, { scope: 'openid', login_hint: 'nobody' }), refusedWith('unknown_user_id'))
ok('CIBA: asked by name, allowed and denied on the page of the account')

// What a person allowed the till to do at the API, a service behind it does there, with less.
const exchangeType = 'urn:ietf:params:oauth:grant-type:token-exchange'
const subject_token_type = 'urn:ietf:params:oauth:token-type:access_token'
const service = await discover(env('AUTHY_SERVICE_CLIENT_ID'), oidc.ClientSecretPost(env('AUTHY_SERVICE_CLIENT_SECRET')))
const front = await device(elsewhere, { scope: 'openid read write', resource: api }, ({ verification_uri_complete }) => person.browse(verification_uri_complete, '#device-done'))
const { access_token: subject_token } = await front.polling
const keys = createRemoteJWKSet(new URL(metadata.jwks_uri))
const read = async (token) => (await jwtVerify(token, keys, { issuer, audience: api, typ: 'at+jwt' })).payload
assert.deepEqual((await read(subject_token)).scope.split(' ').sort(), ['openid', 'read', 'write'])

const exchanged = await oidc.genericGrantRequest(service, exchangeType, { subject_token, subject_token_type, audience: api, scope: 'read' })
assert.equal(exchanged.issued_token_type, subject_token_type)
const told = await read(exchanged.access_token)
assert.deepEqual([told.sub, told.scope, told.client_id, told.act], [sub, 'read', env('AUTHY_SERVICE_CLIENT_ID'), { sub: env('AUTHY_SERVICE_CLIENT_ID') }])
assert.deepEqual((await oidc.tokenIntrospection(service, exchanged.access_token)).act, told.act)
await assert.rejects(oidc.genericGrantRequest(service, exchangeType, { subject_token, subject_token_type, scope: 'read admin' }), refusedWith('invalid_scope'))
await assert.rejects(oidc.genericGrantRequest(service, exchangeType, { subject_token, subject_token_type, audience: 'https://other.example/' }), refusedWith('invalid_target'))
await assert.rejects(oidc.genericGrantRequest(elsewhere, exchangeType, { subject_token, subject_token_type }), refusedWith('unauthorized_client'))
await oidc.tokenRevocation(elsewhere, subject_token)
assert.equal((await oidc.tokenIntrospection(service, exchanged.access_token)).active, false)
await assert.rejects(oidc.genericGrantRequest(service, exchangeType, { subject_token, subject_token_type }), refusedWith('invalid_grant'))
ok('token exchange: less of it, in the name of who acts, and gone with what it came from')

const own = await oidc.clientCredentialsGrant(service, { scope: 'read', resource: api })
assert.equal((await read(own.access_token)).sub, env('AUTHY_SERVICE_CLIENT_ID'))
await oidc.tokenRevocation(service, own.access_token)
assert.equal((await oidc.tokenIntrospection(service, own.access_token)).active, false)
ok("a service's own token, introspected and revoked")
