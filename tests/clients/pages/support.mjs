// A browser, the applications that it comes back to, and how a page is looked at.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'

export const env = (name) => process.env[name] ?? assert.fail(`${name} is not set`)
export const issuer = env('AUTHY_ISSUER')
export const ok = (step) => console.log(`ok   pages: ${step}`)
export const HOST = new URL(env('AUTHY_REDIRECT_URI')).hostname
export const ELSEWHERE = 'elsewhere.example'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
// Where to leave pictures of every page, for people to look at.
const pictures = process.env.AUTHY_PICTURES

// An application: whatever is asked of it, it says so. `state=onward` sends on to another host, as applications do after sign-in.
const visits = []
function application(request, response) {
  const { searchParams, pathname } = new URL(request.url, 'http://application')
  visits.push({ pathname, searchParams })
  if (searchParams.get('state') === 'onward') return response.writeHead(302, { location: `https://${ELSEWHERE}/home` }).end()
  const link = pathname === '/link' ? `<a href="${issuer}/admin">to administration</a>` : ''
  const read = []
  request.on('data', (chunk) => read.push(chunk)).on('end', () => {
    const posted = Buffer.concat(read).toString().replace(/[<&]/g, '')
    response.writeHead(200, { 'content-type': 'text/html' })
    response.end(`<!DOCTYPE html><title>Application</title><p id="arrived">${request.method} ${pathname} ${posted}</p>${link}`)
  })
}

const listening = (server, port = 0) =>
  new Promise((done, failed) => server.once('error', failed).listen(port, '127.0.0.1', () => done(server.address().port)))

// Applications on https (a certificate that nobody vouches for) and on a loopback port.
export async function startApplications() {
  const folder = mkdtempSync(join(tmpdir(), 'authy-pages.'))
  try {
    const files = { key: join(folder, 'key.pem'), cert: join(folder, 'cert.pem') }
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
      '-subj', `/CN=${HOST}`, '-keyout', files.key, '-out', files.cert], { stdio: 'ignore' })
    const secure = https.createServer({ key: readFileSync(files.key), cert: readFileSync(files.cert) }, application)
    const loopback = http.createServer(application)
    const port = await listening(secure)
    await listening(loopback, Number(new URL(env('AUTHY_PUBLIC_REDIRECT_URI')).port))
    const servers = [secure, loopback]
    return { port, visits, stop: () => servers.forEach((server) => { server.close(); server.closeAllConnections() }) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

// Chromium without any file of the user's; the applications' host names lead to this machine.
export const startBrowser = (port) => chromium.launch({
  executablePath: env('AUTHY_TEST_CHROMIUM'),
  chromiumSandbox: false,
  args: ['--disable-gpu', '--disable-background-networking', '--disable-dev-shm-usage',
    `--host-resolver-rules=MAP ${HOST}:443 127.0.0.1:${port}, MAP ${ELSEWHERE}:443 127.0.0.1:${port}`],
})

// One person's browser. `refused` collects what a policy of our own pages stopped, `broken` what scripts threw.
export async function person(browser, options = {}) {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, reducedMotion: 'reduce', viewport: { width: 1280, height: 900 }, ...options })
  context.setDefaultTimeout(20_000)
  const page = await context.newPage()
  const refused = []
  const broken = []
  page.on('console', (message) => { if (/content security policy/i.test(message.text())) refused.push(message.text()) })
  page.on('pageerror', (error) => broken.push(error.message))
  return { context, page, refused, broken }
}

// Looks at what is shown now: narrow and wide, light and dark. What is found is collected, so that one run tells all.
export function viewer() {
  const seen = []
  const findings = []
  async function look({ page }, name, heading) {
    assert.match(await page.title(), /\S.* · /, `${name}: the title`)
    assert.equal(await page.locator('h1').count(), 1, `${name}: one h1`)
    if (heading) assert.match(await page.locator('h1').innerText(), heading, `${name}: the heading`)
    await page.evaluate(axe)
    for (const width of [390, 1280]) {
      await page.setViewportSize({ width, height: 900 })
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme })
        const where = `${name}, ${width} px, ${colorScheme}`
        findings.push(...(await examine(page, width)).map((finding) => `${where}: ${finding}`))
        if (pictures) await picture(page, `${String(seen.length).padStart(2, '0')}-${name}-${width}-${colorScheme}`)
      }
    }
    seen.push(name)
  }
  return { look, seen, findings }
}

async function examine(page, width) {
  const overflowing = await page.evaluate(() => [...document.querySelectorAll('body *')]
    .filter((element) => element.getBoundingClientRect().right > innerWidth + 1 && !element.closest('pre'))
    .map((element) => element.outerHTML.slice(0, 160)))
  const scroll = await page.evaluate(() => document.documentElement.scrollWidth)
  const { violations, passes } = await page.evaluate((values) => window.axe.run(document, { runOnly: { type: 'tag', values } }), RULES)
  assert.ok(passes.length > 5, 'axe looked at something')
  return [
    ...(scroll > width ? [`scrolls sideways, ${scroll} px`] : []),
    ...overflowing.map((element) => `reaches over the edge: ${element}`),
    ...violations.map(({ id, help, nodes }) => `${id}: ${help}\n${nodes.map((node) => `  ${node.html}\n  ${node.failureSummary}`).join('\n')}`),
  ]
}

async function picture(page, name) {
  mkdirSync(pictures, { recursive: true })
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true })
}

// The verifier is the same every time: no secret is at stake here.
const VERIFIER = 'v'.repeat(43)
export function authorizeUrl(client_id, redirect_uri, extra = {}) {
  const url = new URL('/oauth2/authorize', issuer)
  const code_challenge = createHash('sha256').update(VERIFIER).digest('base64url')
  const query = { response_type: 'code', scope: 'openid profile', state: 's', client_id, redirect_uri, code_challenge, code_challenge_method: 'S256', ...extra }
  url.search = new URLSearchParams(query)
  return url.href
}

// What an application does with its code.
export async function redeem({ id, uri }, code) {
  const authorization = `Basic ${Buffer.from(`${id}:${env('AUTHY_CLIENT_SECRET')}`).toString('base64')}`
  const body = new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri: uri, code_verifier: VERIFIER })
  const response = await fetch(`${issuer}/oauth2/token`, { method: 'POST', headers: { authorization }, body })
  assert.equal(response.status, 200, 'the code is redeemed')
  return response.json()
}

export async function signIn({ page }, username, password) {
  await page.fill('#username', username)
  await page.fill('#password', password)
  await page.click('#login-submit')
}

// What the application says that it got.
export async function arrived({ page }, address) {
  await page.waitForURL((url) => url.href.split(/[?#]/)[0] === address)
  return page.locator('#arrived').innerText()
}
