// The same with JavaScript switched off: every page but passkeys has to work.
import assert from 'node:assert/strict'
import { ADMINISTRATOR } from './administration.mjs'
import { answer, post } from './elsewhere.mjs'
import { arrived, authorizeUrl, env, HOST, issuer, signIn } from './support.mjs'

export async function withoutScripts(someone) {
  const { page } = someone
  const callback = env('AUTHY_REDIRECT_URI')
  const clientId = env('AUTHY_CLIENT_ID')
  await page.goto(authorizeUrl(clientId, callback))
  await signIn(someone, ADMINISTRATOR.username, ADMINISTRATOR.password)
  await page.click('#consent-approve')
  await arrived(someone, callback)
  assert.ok(new URL(page.url()).searchParams.get('code'))
  await page.goto(authorizeUrl(clientId, callback, { prompt: 'select_account' }))
  await page.click('#account-continue')
  await arrived(someone, callback)
  await page.goto(authorizeUrl(clientId, callback, { response_mode: 'form_post' }))
  await page.click('#form-post-submit')
  assert.match(await arrived(someone, callback), /^POST .*code=/)

  await elsewhere(page)
  await page.goto(`${issuer}/account/profile`)
  assert.equal(await page.locator('button[data-copy]:visible').count(), 0)
  await page.fill('#nickname', 'Amazing Grace')
  await page.click('#profile-submit')
  await page.waitForSelector('.notice-success')
  assert.equal(await page.inputValue('#nickname'), 'Amazing Grace')
  await page.goto(`${issuer}/account/security`)
  await page.fill('#current_password', ADMINISTRATOR.password)
  for (const field of ['#new_password', '#repeated_password']) await page.fill(field, 'a changed one, and long')
  await page.click('#password-submit')
  await page.waitForSelector('.notice-success')
  await page.goto(`${issuer}/account/apps`)
  await page.click(`#app-revoke-${clientId}`)
  await page.waitForSelector(`#app-revoke-${clientId}`, { state: 'detached' })

  const own = await register(page)
  await page.goto(`${issuer}/admin/clients/${own}/delete`)
  await page.click('#client-delete-confirm')
  await page.waitForURL(/\/admin\/clients\?done=/)
  await page.goto(`${issuer}/account/sessions`)
  // Changing the password ended all others; this one is left.
  await page.click('[id^=session-revoke-]')
  await page.waitForSelector('#logout-done')
}

// An application, made by an administrator who folds out one of the sections.
async function register(page) {
  await page.goto(`${issuer}/admin/clients/new`)
  await page.fill('#client_name', 'Made without scripts')
  await page.check('#kind-public')
  await page.fill('#redirect_uris', `https://${HOST}/plain`)
  await page.locator('summary', { hasText: 'What people are shown' }).click()
  await page.fill('#client_uri', `https://${HOST}/`)
  await page.click('#client-submit')
  return page.locator('#client-id').innerText()
}

// A device whose code is typed, and a till that asks twice.
async function elsewhere(page) {
  const device = await post('/oauth2/device_authorization', { scope: 'openid' })
  await page.goto(device.verification_uri)
  await page.fill('#user_code', device.user_code)
  await page.click('#device-submit')
  await page.click('#device-allow')
  await page.waitForSelector('#device-done')
  const till = { scope: 'openid', login_hint: ADMINISTRATOR.username }
  for (const binding_message of ['W4SCT', 'W5SCT']) await post('/oauth2/bc-authorize', { ...till, binding_message })
  await page.goto(`${issuer}/account/approvals`)
  await answer(page, 'allow', 'W4SCT')
  await answer(page, 'deny', 'W5SCT')
}
