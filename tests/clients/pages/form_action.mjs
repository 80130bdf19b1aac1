// Browsers hold every redirect after a form against `form-action` of the page: to each kind of callback it must let people through.
import assert from 'node:assert/strict'
import { arrived, authorizeUrl, ELSEWHERE, env, issuer, ok, person, signIn } from './support.mjs'

const secure = { id: env('AUTHY_CLIENT_ID'), uri: env('AUTHY_REDIRECT_URI') }
const loopback = { id: env('AUTHY_PUBLIC_CLIENT_ID'), uri: env('AUTHY_PUBLIC_REDIRECT_URI') }
const native = { id: env('AUTHY_NATIVE_CLIENT_ID'), uri: env('AUTHY_NATIVE_REDIRECT_URI') }
const always = { prompt: 'consent' }

export async function formAction(browser) {
  for (const [name, client] of Object.entries({ https: secure, loopback })) {
    const someone = await consenting(browser, client, always)
    await someone.page.click('#consent-approve')
    await arrived(someone, client.uri)
    await passed(someone, `consent to a callback: ${name}`)
  }
  for (const [name, client] of Object.entries({ https: secure, loopback })) {
    const someone = await consenting(browser, client, { ...always, state: 'onward' })
    await someone.page.click('#consent-approve')
    await arrived(someone, `https://${ELSEWHERE}/home`)
    await passed(someone, `consent to a callback that redirects on to another host: ${name}`)
  }
  await privateUse(browser)
  await fromSignIn(browser)
  await refusedByAnotherPolicy(browser)
}

// A person at the consent page.
async function consenting(browser, client, extra) {
  const someone = await person(browser)
  await someone.page.goto(authorizeUrl(client.id, client.uri, extra))
  await signIn(someone, env('AUTHY_USERNAME'), env('AUTHY_PASSWORD'))
  await someone.page.waitForSelector('#consent-form')
  return someone
}

async function passed({ context, refused }, what) {
  assert.deepEqual(refused, [], what)
  await context.close()
  ok(what)
}

// Chromium hands the address to the system, where nobody takes it here: the redirect is seen, and that no policy stopped it.
async function privateUse(browser) {
  const someone = await consenting(browser, native, always)
  assert.match(await redirectAfterApproval(someone), /^com\.example\.pages:\/callback\?code=/)
  await passed(someone, 'consent to a callback: private-use scheme')
}

// The password form may be the last one before the callback.
async function fromSignIn(browser) {
  const someone = await person(browser)
  for (const extra of [always, { prompt: 'login' }]) {
    await someone.page.goto(authorizeUrl(secure.id, secure.uri, { ...extra, state: 'onward' }))
    await signIn(someone, env('AUTHY_USERNAME'), env('AUTHY_PASSWORD'))
    if (extra === always) await someone.page.click('#consent-approve')
    await arrived(someone, `https://${ELSEWHERE}/home`)
  }
  await passed(someone, 'sign-in straight to a callback that redirects on')
}

// That the checks above would notice: the same walks end when the page's policy names nobody but us.
async function refusedByAnotherPolicy(browser) {
  for (const client of [secure, loopback, native]) {
    const someone = await person(browser)
    await someone.page.route('**/consent?*', async (route) => {
      if (route.request().method() !== 'GET') return route.continue()
      const response = await route.fetch()
      const policy = response.headers()['content-security-policy'].replace(/form-action .*/, "form-action 'self'")
      return route.fulfill({ response, headers: { ...response.headers(), 'content-security-policy': policy } })
    })
    await someone.page.goto(authorizeUrl(client.id, client.uri, always))
    await signIn(someone, env('AUTHY_USERNAME'), env('AUTHY_PASSWORD'))
    // The redirect from sign-in to the consent page is not routed: load it again.
    await someone.page.waitForSelector('#consent-form')
    await someone.page.reload()
    await someone.page.click('#consent-approve', { noWaitAfter: true })
    await reported(someone)
    assert.equal(new URL(someone.page.url()).origin, issuer, client.uri)
    assert.match(someone.refused.join('\n'), /form-action/, client.uri)
    await someone.context.close()
  }
  ok('a stricter policy would have stopped each of them')
}

async function redirectAfterApproval(someone) {
  const { page } = someone
  const answer = page.waitForResponse((response) => response.request().method() === 'POST' && response.status() === 303)
  await page.click('#consent-approve', { noWaitAfter: true })
  const location = await (await answer).headerValue('location')
  await reported(someone)
  return location
}

// The browser reports a refusal right after the redirect.
async function reported({ page, refused }) {
  for (let tries = 0; tries < 40 && refused.length === 0; tries++) await page.waitForTimeout(50)
}
