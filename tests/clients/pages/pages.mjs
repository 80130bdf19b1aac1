// Every page that people see, in Chromium. Not a relying party, but it needs one: a running authy without an administrator, and applications.
import assert from 'node:assert/strict'
import { account, leaving } from './account.mjs'
import { administration, deletions, setUp } from './administration.mjs'
import { elsewhere } from './elsewhere.mjs'
import { formAction } from './form_action.mjs'
import { checkSession, frames } from './sessions.mjs'
import { errors, signingIn } from './signing_in.mjs'
import { withoutScripts } from './without_scripts.mjs'
import { env, ok, person, startApplications, startBrowser, viewer } from './support.mjs'

const applications = await startApplications()
const browser = await startBrowser(applications.port)
try {
  const { look, seen, findings } = viewer()
  const grace = await person(browser)
  await setUp(grace, look)
  const made = await administration(grace, look)
  await account(grace, look)
  const ada = await person(browser)
  await signingIn(ada, look, made)
  await elsewhere(ada, look)
  await errors(ada, look)
  await leaving(ada, look, made)
  await frames(ada, look, applications, env('AUTHY_USERNAME'), env('AUTHY_PASSWORD'))
  await deletions(grace, look, made)
  assert.equal(findings.length, 0, `\n${findings.join('\n')}`)
  for (const { refused, broken } of [grace, ada]) assert.deepEqual([...refused, ...broken], [], 'scripts and policies agree')
  assert.equal(new Set(seen).size, seen.length, 'every page has a name of its own')
  ok(`${seen.length} pages without a finding of axe-core, at 390 and 1280 px, light and dark`)

  await withoutScripts(await person(browser, { javaScriptEnabled: false }))
  await frames(await person(browser, { javaScriptEnabled: false }), null, applications, env('AUTHY_USERNAME'), env('AUTHY_PASSWORD'))
  ok('everything works without JavaScript')
  await checkSession(await person(browser))
  await formAction(browser)
} finally {
  await browser.close()
  applications.stop()
}
