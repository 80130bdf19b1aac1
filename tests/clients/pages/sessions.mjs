// Sessions that applications are told about in the browser: frames at logout (Front-Channel Logout), and the frame that answers whether the
// session is still the one they know (Session Management).
import assert from 'node:assert/strict'
import { arrived, authorizeUrl, env, HOST, issuer, ok, redeem, signIn } from './support.mjs'

const client = { id: env('AUTHY_CLIENT_ID'), uri: env('AUTHY_REDIRECT_URI') }
const loopback = { id: env('AUTHY_PUBLIC_CLIENT_ID'), uri: env('AUTHY_PUBLIC_REDIRECT_URI') }
const bye = env('AUTHY_POST_LOGOUT_REDIRECT_URI')

// Signs in to an application, which redeems its code and so takes part in the session.
async function signedIn(someone, username, password) {
  const { page } = someone
  await page.goto(authorizeUrl(client.id, client.uri))
  if (await page.locator('#login-form').count()) await signIn(someone, username, password)
  if (await page.locator('#consent-form').count()) await page.click('#consent-approve')
  await arrived(someone, client.uri)
  return redeem(client, new URL(page.url()).searchParams.get('code'))
}

function logoutUrl({ id_token }) {
  const url = new URL('/oauth2/logout', issuer)
  url.search = new URLSearchParams({ id_token_hint: id_token, post_logout_redirect_uri: bye, state: 'left' })
  return url.href
}

// What the application was told in its frame.
function told(applications) {
  const visits = applications.visits.splice(0).filter(({ pathname }) => pathname === '/frontchannel')
  return visits.map(({ searchParams }) => Object.fromEntries(searchParams))
}

const sid = ({ id_token }) => JSON.parse(Buffer.from(id_token.split('.')[1], 'base64url')).sid

// OpenID Connect Front-Channel Logout 1.0 section 2, 3.
export async function frames(someone, look, applications, username, password) {
  const { page } = someone
  if (look) {
    // Without the script that goes on at once, the page stays.
    await page.route('**/signed-out.*.js', (route) => route.abort())
    const tokens = await signedIn(someone, username, password)
    await page.goto(logoutUrl(tokens))
    await look(someone, 'logout-frames', /signed out/)
    assert.deepEqual(told(applications), [{ iss: issuer, sid: sid(tokens) }])
    await page.click('#logout-continue')
    await arrived(someone, bye)
    await page.unroute('**/signed-out.*.js')
  }
  const tokens = await signedIn(someone, username, password)
  await page.goto(logoutUrl(tokens), { waitUntil: 'commit' })
  await arrived(someone, bye)
  assert.equal(new URL(page.url()).searchParams.get('state'), 'left')
  assert.deepEqual(told(applications), [{ iss: issuer, sid: sid(tokens) }])
  await page.goto(authorizeUrl(client.id, client.uri, { prompt: 'none' }))
  assert.equal(new URL(page.url()).searchParams.get('error'), 'login_required')
}

// Asks the frame as an application's page does: OpenID Connect Session Management 1.0 section 3.1.
const ask = (page, frame, message) => page.evaluate(async ([src, message]) => {
  let frame = document.querySelector('iframe')
  if (!frame) {
    frame = document.body.appendChild(document.createElement('iframe'))
    await new Promise((loaded) => { frame.onload = loaded; frame.src = src })
  }
  const answer = new Promise((heard) => addEventListener('message', ({ data, origin }) => heard({ data, origin }), { once: true }))
  frame.contentWindow.postMessage(message, new URL(src).origin)
  return answer
}, [frame, message])

export async function checkSession(someone) {
  const { page, context } = someone
  const { check_session_iframe } = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json()
  await page.goto(authorizeUrl(loopback.id, loopback.uri))
  await signIn(someone, env('AUTHY_USERNAME'), env('AUTHY_PASSWORD'))
  await page.click('#consent-approve')
  await arrived(someone, loopback.uri)
  const known = `${loopback.id} ${new URL(page.url()).searchParams.get('session_state')}`
  const says = async (message) => {
    const { data, origin } = await ask(page, check_session_iframe, message)
    assert.equal(origin, issuer)
    return data
  }
  assert.equal(await says(known), 'unchanged')
  assert.equal(await says(known.replace(loopback.id, client.id)), 'changed')
  for (const odd of ['', 'x', known.replace('.', ''), `${known} more`]) assert.equal(await says(odd), 'error', odd)

  // The page of somebody else, with what it overheard.
  const stranger = await context.newPage()
  await stranger.goto(`https://${HOST}/stranger`)
  assert.equal((await ask(stranger, check_session_iframe, known)).data, 'changed')

  await stranger.goto(`${issuer}/logout`)
  await stranger.click('#logout-confirm')
  await stranger.waitForSelector('#logout-done')
  assert.equal(await says(known), 'changed')
  ok('the frame tells an application when the session has changed, and a stranger nothing')
}
