// From an application through sign-in and consent and back; and the pages for when that does not work.
import { arrived, authorizeUrl, env, HOST, issuer, signIn } from './support.mjs'

const callback = `https://${HOST}/callback`

export async function signingIn(ada, look, { clientId }) {
  const { page } = ada
  await page.goto(`${issuer}/login`)
  await look(ada, 'login', /Sign in/)
  await page.goto(authorizeUrl(clientId, callback, { scope: 'openid profile' }))
  await look(ada, 'login-for-application')
  await signIn(ada, env('AUTHY_USERNAME'), 'not her password')
  await page.waitForSelector('.notice-error')
  await look(ada, 'login-refused')
  await signIn(ada, env('AUTHY_USERNAME'), env('AUTHY_PASSWORD'))
  await page.waitForSelector('#consent-form')
  await look(ada, 'consent', /Allow/)
  await page.click('#consent-deny')
  await arrived(ada, callback)
  await page.goto(authorizeUrl(clientId, callback, { scope: 'openid profile' }))
  await page.click('#consent-approve')
  await arrived(ada, callback)

  await page.goto(authorizeUrl(clientId, callback, { scope: 'openid profile email address phone groups offline_access' }))
  await look(ada, 'consent-more')
  await page.click('#consent-approve')
  await arrived(ada, callback)

  await page.goto(authorizeUrl(clientId, callback, { prompt: 'select_account' }))
  await look(ada, 'select-account', /account/)
  await page.click('#account-continue')
  await arrived(ada, callback)

  // Without the script that sends it at once, the page stays.
  await page.route('**/form-post.*.js', (route) => route.abort())
  await page.goto(authorizeUrl(clientId, callback, { response_mode: 'form_post' }))
  await look(ada, 'form-post', /Going back/)
  await page.unroute('**/form-post.*.js')
  await page.goto(authorizeUrl(clientId, callback, { response_mode: 'form_post' }))
  await arrived(ada, callback)
}

export async function errors(ada, look) {
  const { page } = ada
  await page.goto(`${issuer}/oauth2/authorize?client_id=nobody-knows-it&response_type=code`)
  await page.waitForSelector('#error-page #error-id')
  await look(ada, 'error')
  await page.goto(`${issuer}/nothing/is/here`)
  await look(ada, 'not-found', /not found/)
  await page.goto(`${issuer}/errors/invalid_grant?id=abcdefghij2345672345`)
  await look(ada, 'error-help', /invalid_grant/)
  await page.goto(`${issuer}/admin`)
  await look(ada, 'admin-refused', /cannot go in/)
}
