// A person at a browser without JavaScript: follows redirects, keeps cookies, fills the forms that authy shows.
import { parse } from 'node-html-parser'

// The form, what a person types into it, and the button that is pressed.
const FORMS = [
  { id: 'login-form', button: 'login-submit', typed: (person) => ({ username: person.username, password: person.password }) },
  { id: 'select-account-form', button: 'account-continue', typed: () => ({}) },
  { id: 'consent-form', button: 'consent-approve', typed: () => ({}) },
  { id: 'logout-form', button: 'logout-confirm', typed: () => ({}) },
  { id: 'device-form', button: 'device-submit', typed: (person) => ({ user_code: person.userCode }) },
  { id: 'device-form', button: 'device-allow', refusal: 'device-deny', typed: () => ({}) },
]

export class Person {
  constructor(username, password) {
    Object.assign(this, { username, password, cookies: new Map(), seen: [] })
  }

  // Opens `url` and goes on until a redirect leads to `until`, which is returned and not opened; or until a page has an element `until` (#id, or [attribute]).
  async browse(url, until) {
    this.seen = []
    let request = { url: new URL(url), method: 'GET' }
    for (let hop = 0; hop < 20; hop++) {
      const response = await this.send(request)
      if (response.status >= 300 && response.status < 400) {
        const target = new URL(response.headers.get('location'), request.url)
        if (target.href.split(/[?#]/)[0] === until) return target
        request = { url: target, method: 'GET' }
        continue
      }
      const page = parse(await response.text())
      if (/^[#[]/.test(until) && page.querySelector(until)) return page
      request = this.submit(page, request.url, response.status)
    }
    throw new Error(`more than 20 steps on the way to ${until}`)
  }

  submit(page, base, status) {
    if (page.querySelector('#error-page')) {
      throw new Error(`error page: ${page.querySelector('#error-code')?.text}: ${page.querySelector('#error-description')?.text}`)
    }
    const known = FORMS.find((form) => page.querySelector(`#${form.id} #${form.button}`))
    if (!known) throw new Error(`HTTP ${status} without a form that this test knows, at ${base.pathname}`)
    if (known.id === 'login-form' && this.seen.includes('login-form')) throw new Error('the login form came back: the password was not taken')
    this.seen.push(known.id)
    const form = page.querySelector(`#${known.id}`)
    const button = page.querySelector(`#${this.refuses ? known.refusal ?? known.button : known.button}`)
    return this.press(form, button, base, known.typed(this))
  }

  // What a browser sends when that button of that form is pressed.
  press(form, button, base, typed = {}) {
    const fields = new URLSearchParams()
    for (const input of form.querySelectorAll('input')) {
      const type = (input.getAttribute('type') ?? 'text').toLowerCase()
      const unticked = ['checkbox', 'radio'].includes(type) && !input.hasAttribute('checked')
      if (input.getAttribute('name') && !unticked && !['submit', 'button'].includes(type)) {
        fields.set(input.getAttribute('name'), input.getAttribute('value') ?? (type === 'checkbox' ? 'on' : ''))
      }
    }
    for (const [name, value] of Object.entries(typed)) {
      if (!form.querySelector(`input[name="${name}"]`)) throw new Error(`${form.id} has no field ${name}`)
      fields.set(name, value)
    }
    if (button.getAttribute('name')) fields.set(button.getAttribute('name'), button.getAttribute('value') ?? '')
    const action = button.getAttribute('formaction') ?? form.getAttribute('action') ?? base.href
    return { url: new URL(action, base), method: 'POST', body: fields }
  }

  // Answers, on the page for that, what an application asked while the person was elsewhere: the request that shows `message`.
  async decide(issuer, message, answer) {
    const url = new URL(`${issuer}/account/approvals`)
    const page = await this.browse(url, '[id^=approval-form-]')
    const form = page.querySelectorAll('[id^=approval-form-]').find((form) => form.parentNode.text.includes(message))
    if (!form) throw new Error(`no request shows ${message}`)
    const response = await this.send(this.press(form, form.querySelector(`[id^=approval-${answer}-]`), url))
    if (response.status !== 303) throw new Error(`the answer was met with HTTP ${response.status}`)
  }

  async send({ url, method, body }) {
    const headers = { accept: 'text/html', cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ') }
    if (method === 'POST') headers.origin = url.origin
    const response = await fetch(url, { method, body, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = line.match(/^([^=]+)=([^;]*)/)
      if (/;\s*max-age=0/i.test(line)) this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
    return response
  }
}
