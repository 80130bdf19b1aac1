// Devices without a browser of their own (RFC 8628), and what applications ask of people who are elsewhere (CIBA).
import { env, issuer } from './support.mjs'

const secret = Buffer.from(`${env('AUTHY_ELSEWHERE_CLIENT_ID')}:${env('AUTHY_ELSEWHERE_CLIENT_SECRET')}`).toString('base64')

export async function post(path, fields) {
  const response = await fetch(`${issuer}${path}`, { method: 'POST', headers: { authorization: `Basic ${secret}` }, body: new URLSearchParams(fields) })
  return response.json()
}

export async function elsewhere(ada, look) {
  const { page } = ada
  const device = await post('/oauth2/device_authorization', { scope: 'openid profile offline_access' })
  await page.goto(device.verification_uri)
  await look(ada, 'device', /Connect/)
  await page.fill('#user_code', 'BBBB-BBBB')
  await page.click('#device-submit')
  await page.waitForSelector('.notice-error')
  await look(ada, 'device-refused')
  await page.fill('#user_code', device.user_code.toLowerCase())
  await page.click('#device-submit')
  await page.waitForSelector('#device-allow')
  await look(ada, 'device-confirm', /Connect/)
  await page.click('#device-allow')
  await page.waitForSelector('#device-done')
  await look(ada, 'device-done', /connected/)
  const refused = await post('/oauth2/device_authorization', { scope: 'openid' })
  await page.goto(refused.verification_uri_complete)
  await page.click('#device-deny')
  await page.waitForSelector('#device-done')
  await look(ada, 'device-denied', /not connected/)

  await page.goto(`${issuer}/account/approvals`)
  await look(ada, 'account-approvals-none', /Requests/)
  await post('/oauth2/bc-authorize', { scope: 'openid profile', login_hint: env('AUTHY_USERNAME'), binding_message: 'W4SCT' })
  await post('/oauth2/bc-authorize', { scope: 'openid profile email offline_access', login_hint: env('AUTHY_USERNAME') })
  await page.goto(`${issuer}/account/approvals`)
  await look(ada, 'account-approvals', /Requests/)
  await answer(page, 'allow', 'W4SCT')
  await look(ada, 'account-approvals-allowed')
  await answer(page, 'deny', 'asks for you')
  await look(ada, 'account-approvals-denied')
}

// The request that shows `words`.
export async function answer(page, decision, words) {
  await page.locator('.items > li', { hasText: words }).locator(`[id^="approval-${decision}-"]`).click()
  await page.waitForURL(/approvals\?/)
  await page.waitForSelector('.notice-success')
}
