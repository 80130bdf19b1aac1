// The pages of one's own account, and leaving.
import assert from 'node:assert/strict'
import { arrived, authorizeUrl, env, HOST, issuer } from './support.mjs'
import { ADMINISTRATOR } from './administration.mjs'

export async function account(grace, look) {
  const { page } = grace
  await page.goto(`${issuer}/account/profile`)
  await look(grace, 'account-profile', /profile/)
  await page.fill('#name', 'Grace Brewster Murray Hopper')
  await page.fill('#zoneinfo', 'Arlington, Virginia')
  await page.click('#profile-submit')
  await page.waitForSelector('#zoneinfo-error')
  await look(grace, 'account-profile-refused')
  await page.fill('#zoneinfo', 'America/New_York')
  await page.click('#profile-submit')
  await page.waitForSelector('.notice-success')
  await look(grace, 'account-profile-saved')

  await page.goto(`${issuer}/account/security`)
  await look(grace, 'account-security', /password/)
  await change(page, 'not the password', 'another one, long enough', 'another one, long')
  await page.waitForSelector('.field-error')
  await look(grace, 'account-security-refused')
  await change(page, ADMINISTRATOR.password, ADMINISTRATOR.password, ADMINISTRATOR.password)
  await page.waitForSelector('.notice-success')

  await page.goto(`${issuer}/account/sessions`)
  await look(grace, 'account-sessions', /signed in/)
  await page.goto(`${issuer}/account/apps`)
  await look(grace, 'account-apps-none', /applications/)
}

async function change(page, current, next, repeated) {
  await page.fill('#current_password', current)
  await page.fill('#new_password', next)
  await page.fill('#repeated_password', repeated)
  await page.click('#password-submit')
}

export async function leaving(ada, look, { clientId }) {
  const { page } = ada
  await page.goto(`${issuer}/account/apps`)
  await look(ada, 'account-apps')
  await page.goto(`${issuer}/logout`)
  await look(ada, 'logout', /Sign out/)
  const asked = new URL('/oauth2/logout', issuer)
  asked.search = new URLSearchParams({ client_id: clientId, post_logout_redirect_uri: `https://${HOST}/bye`, state: 's' })
  await page.goto(asked.href)
  await look(ada, 'logout-by-application')
  await page.click('#logout-confirm')
  await arrived(ada, `https://${HOST}/bye`)
  await page.goto(authorizeUrl(env('AUTHY_CLIENT_ID'), env('AUTHY_REDIRECT_URI'), { prompt: 'none' }))
  assert.equal(new URL(page.url()).searchParams.get('error'), 'login_required')
  await page.goto(`${issuer}/logout`)
  if (await page.locator('#logout-confirm').count()) await page.click('#logout-confirm')
  await page.waitForSelector('#logout-done')
  await look(ada, 'logout-done', /signed out/)
}
