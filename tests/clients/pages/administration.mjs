// Setting up, and the pages of administration.
import assert from 'node:assert/strict'
import { env, HOST, issuer } from './support.mjs'

export const ADMINISTRATOR = { username: 'grace', password: 'nanoseconds of wire' }
const LONG = 'Laboratory-Equipment-Reservation-and-Calibration-Planner'

export async function setUp(grace, look) {
  const { page } = grace
  await page.goto(env('AUTHY_SETUP_URL'))
  await look(grace, 'setup', /Welcome/)
  await page.fill('#email', 'grace@example.org')
  await page.fill('#username', ADMINISTRATOR.username)
  await page.fill('#password', 'short')
  await page.click('#setup-submit')
  await page.waitForSelector('#password-error')
  await look(grace, 'setup-refused')
  await page.fill('#password', ADMINISTRATOR.password)
  await page.click('#setup-submit')
  await page.waitForURL(`${issuer}/admin`)
}

export async function administration(grace, look) {
  const { page } = grace
  await look(grace, 'admin-overview', /Administration/)
  const made = await applications(grace, look)
  await page.goto(`${issuer}/admin`)
  await look(grace, 'admin-overview-attention')
  await people(grace, look)
  await page.goto(`https://${HOST}/link`)
  await page.click('a')
  await look(grace, 'admin-interstitial', /Go on/)
  await page.click('#admin-continue')
  await page.waitForSelector('#contents-heading')
  await explanation(grace, look, made)
  return made
}

// A refusal and why: the record is kept a moment after the page is shown.
async function explanation(grace, look, { clientId }) {
  const { page } = grace
  await page.goto(`${issuer}/oauth2/authorize?client_id=${clientId}&response_type=code&redirect_uri=https%3A%2F%2Felsewhere.example%2Fcb`)
  const id = await page.textContent('#error-id')
  await page.waitForTimeout(500)
  await page.goto(`${issuer}/admin`)
  await page.goto(`${issuer}/explain/${id}`)
  await look(grace, 'admin-explain', /Why it was refused/)
}

async function applications(grace, look) {
  const { page } = grace
  await page.goto(`${issuer}/admin/clients`)
  await look(grace, 'admin-clients', /Applications/)
  await page.goto(`${issuer}/admin/clients?search=nothing+is+called+so`)
  await look(grace, 'admin-clients-none')
  await page.goto(`${issuer}/admin/clients/nobody-knows-it`)
  await look(grace, 'admin-message', /Not found/)
  await page.goto(`${issuer}/admin/clients/new`)
  await open(page)
  await look(grace, 'admin-client-new', /Register/)
  await page.fill('#redirect_uris', 'http://plain.example/callback')
  await page.fill('#access_token_lifetime', 'an hour')
  await page.click('#client-submit')
  await page.waitForSelector('#access_token_lifetime-error:visible')
  await open(page)
  await look(grace, 'admin-client-new-refused')

  await page.fill('#client_name', LONG)
  await page.fill('#redirect_uris', `https://${HOST}/callback\ncom.example.pages:/callback`)
  await page.fill('#post_logout_redirect_uris', `https://${HOST}/bye`)
  await page.fill('#access_token_lifetime', '')
  await page.fill('#policy_uri', `https://${HOST}/privacy`)
  await page.fill('#tos_uri', `https://${HOST}/terms`)
  await page.click('#client-submit')
  const secret = await page.locator('#client-secret').innerText()
  await look(grace, 'admin-client-created')
  const clientId = await page.locator('#client-id').innerText()

  await page.goto(`${issuer}/admin/clients/${clientId}`)
  assert.ok(!(await page.content()).includes(secret), 'a secret is shown once')
  await look(grace, 'admin-client')
  await page.click('#rotate-secret')
  await page.waitForSelector('#client-secret')
  await look(grace, 'admin-client-rotated')
  await page.locator('[id^=secret-retire-]').last().click()
  await page.waitForSelector('.notice-success')
  await page.click('#client-disable')
  await page.waitForSelector('#client-enable')
  await look(grace, 'admin-client-disabled')
  await page.click('#client-enable')
  await page.waitForSelector('#client-disable')
  await page.goto(`${issuer}/admin/clients/${clientId}/edit`)
  await open(page)
  await look(grace, 'admin-client-edit', /Edit/)
  await page.click('#client-submit')
  await page.waitForSelector('.notice-success')
  return { clientId }
}

async function people(grace, look) {
  const { page } = grace
  await page.goto(`${issuer}/admin/users`)
  await look(grace, 'admin-users', /People/)
  await page.goto(`${issuer}/admin/users?search=nobody+is+called+so`)
  await look(grace, 'admin-users-none')
  await page.goto(`${issuer}/admin/users/new`)
  await open(page)
  await look(grace, 'admin-user-new', /Add/)
  await page.fill('#username', 'Not A Username')
  await page.fill('#email', 'nowhere')
  await page.fill('#password', 'short')
  await page.fill('#claims', '{')
  await page.click('#user-submit')
  await page.waitForSelector('#username-error')
  await open(page)
  await look(grace, 'admin-user-new-refused')
  await page.fill('#username', 'katherine.coleman.goble.johnson')
  await page.fill('#email', 'katherine.coleman.goble.johnson@trajectories.example.org')
  await page.fill('#name', 'Creola Katherine Coleman Goble Johnson')
  await page.fill('#password', 'long enough for anybody')
  await page.fill('#new_groups', 'orbital mechanics, human computers')
  await page.fill('#claims', '{"department": "Flight Research"}')
  await page.click('#user-submit')
  await page.waitForSelector('#user-sub')
  await look(grace, 'admin-user', /katherine/)
  await page.fill('#password', 'short')
  await page.click('#password-submit')
  await page.waitForSelector('#password-error')
  await look(grace, 'admin-user-password-refused')
  await page.click('#user-lock')
  await page.waitForSelector('#user-unlock')
  await look(grace, 'admin-user-locked')
  await page.goto(`${page.url().split('?')[0]}/edit`)
  await open(page)
  await look(grace, 'admin-user-edit', /Edit/)
  await page.goto(`${issuer}/admin/users?search=grace`)
  await page.click('tbody th a')
  await look(grace, 'admin-user-oneself')
}

export async function deletions(grace, look, { clientId }) {
  const { page } = grace
  await page.goto(`${issuer}/admin/users?search=ada`)
  await page.click('tbody th a')
  await page.waitForSelector('#user-sub')
  await look(grace, 'admin-user-connected')
  await page.goto(`${issuer}/admin/users?search=katherine`)
  await page.click('tbody th a')
  await page.click('#user-delete')
  await look(grace, 'admin-user-delete', /Delete/)
  await page.click('#user-delete-confirm')
  await page.waitForURL(/\/admin\/users\?done=/)
  await page.goto(`${issuer}/admin/clients/${clientId}/delete`)
  await look(grace, 'admin-client-delete', /Delete/)
  await page.click('#client-delete-confirm')
  await page.waitForURL(/\/admin\/clients\?done=/)
  await look(grace, 'admin-clients-deleted')
}

// Unfolds all that is folded, so that it is looked at, too.
const open = (page) => page.evaluate(() => document.querySelectorAll('details').forEach((details) => { details.open = true }))
