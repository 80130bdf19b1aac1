// openid-client as the relying party: confidential, then public.
import assert from 'node:assert/strict'
import * as oidc from 'openid-client'
import { Person } from './forms.mjs'

const env = (name) => process.env[name] ?? assert.fail(`${name} is not set`)
const issuer = env('AUTHY_ISSUER')
const redirectUri = env('AUTHY_REDIRECT_URI')
const person = new Person(env('AUTHY_USERNAME'), env('AUTHY_PASSWORD'))
const scope = 'openid profile email groups offline_access'
const ok = (step) => console.log(`ok   openid-client: ${step}`)

const discover = (id, authentication) =>
  oidc.discovery(new URL(issuer), id, {}, authentication, { execute: [oidc.allowInsecureRequests] })

async function authorize(config, redirect_uri, extra = {}) {
  const verifier = oidc.randomPKCECodeVerifier()
  const expected = { pkceCodeVerifier: verifier, expectedState: oidc.randomState(), expectedNonce: oidc.randomNonce() }
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri, scope, state: expected.expectedState, nonce: expected.expectedNonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256', ...extra,
  })
  return { callback: await person.browse(url, redirect_uri), expected }
}

const refusedWith = (code) => (error) => error.error === code

const config = await discover(env('AUTHY_CLIENT_ID'), oidc.ClientSecretBasic(env('AUTHY_CLIENT_SECRET')))
assert.equal(config.serverMetadata().issuer, issuer)
assert.ok(config.serverMetadata().supportsPKCE())
ok('discovery')

const { callback, expected } = await authorize(config, redirectUri, { max_age: '3600' })
assert.ok(callback.searchParams.get('code'))
assert.equal(callback.searchParams.get('iss'), issuer)
assert.deepEqual(person.seen, ['login-form', 'consent-form'])
ok('login and consent end at the callback')

await assert.rejects(oidc.authorizationCodeGrant(config, callback, { ...expected, pkceCodeVerifier: oidc.randomPKCECodeVerifier() }), refusedWith('invalid_grant'))
ok('a wrong code_verifier is refused and does not burn the code')

const tokens = await oidc.authorizationCodeGrant(config, callback, { ...expected, maxAge: 3600, idTokenExpected: true })
const claims = tokens.claims()
assert.equal(claims.preferred_username, person.username)
assert.equal(claims.email_verified, true)
assert.deepEqual(claims.groups, ['staff'])
assert.equal(typeof claims.auth_time, 'number')
ok('code redeemed, ID Token validated')

const userinfo = await oidc.fetchUserInfo(config, tokens.access_token, claims.sub)
assert.equal(userinfo.email, claims.email)
assert.equal(userinfo.name, 'Ada Lovelace')
ok('userinfo')

const introspection = await oidc.tokenIntrospection(config, tokens.access_token)
assert.equal(introspection.active, true)
assert.equal(introspection.sub, claims.sub)
ok('introspection')

const refreshed = await oidc.refreshTokenGrant(config, tokens.refresh_token)
assert.notEqual(refreshed.refresh_token, tokens.refresh_token)
assert.equal(refreshed.claims().sub, claims.sub)
assert.deepEqual(refreshed.claims().groups, ['staff'])
ok('refresh rotates and gives the same claims')

const silent = await authorize(config, redirectUri, { prompt: 'none' })
assert.deepEqual(person.seen, [])
const again = await oidc.authorizationCodeGrant(config, silent.callback, { ...silent.expected, idTokenExpected: true })
assert.equal(again.claims().sub, claims.sub)
ok('prompt=none with a session is silent')

await oidc.tokenRevocation(config, refreshed.refresh_token)
await assert.rejects(oidc.refreshTokenGrant(config, refreshed.refresh_token), refusedWith('invalid_grant'))
ok('a revoked refresh token is refused')

const DPoP = oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair('ES256'))
const bound = await authorize(config, redirectUri, { dpop_jkt: await DPoP.calculateThumbprint() })
await assert.rejects(oidc.authorizationCodeGrant(config, bound.callback, { ...bound.expected, idTokenExpected: true }), refusedWith('invalid_grant'))
const boundTokens = await oidc.authorizationCodeGrant(config, bound.callback, { ...bound.expected, idTokenExpected: true }, undefined, { DPoP })
assert.equal(boundTokens.token_type, 'dpop')
assert.equal((await oidc.fetchUserInfo(config, boundTokens.access_token, claims.sub, { DPoP })).email, claims.email)
await assert.rejects(oidc.fetchUserInfo(config, boundTokens.access_token, claims.sub))
const stranger = oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair('EdDSA'))
await assert.rejects(oidc.fetchUserInfo(config, boundTokens.access_token, claims.sub, { DPoP: stranger }))
assert.equal((await oidc.tokenIntrospection(config, boundTokens.access_token)).cnf.jkt, await DPoP.calculateThumbprint())
ok('DPoP: code, tokens and userinfo are bound to a key (RFC 9449)')

const publicConfig = await discover(env('AUTHY_PUBLIC_CLIENT_ID'), oidc.None())
const publicRedirect = env('AUTHY_PUBLIC_REDIRECT_URI')
const loopback = await authorize(publicConfig, publicRedirect)
const publicTokens = await oidc.authorizationCodeGrant(publicConfig, loopback.callback, { ...loopback.expected, idTokenExpected: true })
assert.equal(publicTokens.claims().sub.length > 0, true)
await oidc.fetchUserInfo(publicConfig, publicTokens.access_token, publicTokens.claims().sub)
ok('a public client on a loopback port')

const bye = env('AUTHY_POST_LOGOUT_REDIRECT_URI')
const left = await person.browse(oidc.buildEndSessionUrl(config, { id_token_hint: again.id_token, post_logout_redirect_uri: bye, state: 'left' }), bye)
assert.equal(left.searchParams.get('state'), 'left')
const afterwards = await authorize(config, redirectUri, { prompt: 'none' })
assert.equal(afterwards.callback.searchParams.get('error'), 'login_required')
ok('logout ends the session')
