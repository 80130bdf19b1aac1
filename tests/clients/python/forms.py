"""A person at a browser without JavaScript: follows redirects, keeps cookies, fills the forms that authy shows."""

from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import requests

# The form, and the button that is pressed in it.
FORMS = {
    "login-form": "login-submit",
    "select-account-form": "account-continue",
    "consent-form": "consent-approve",
    "logout-form": "logout-confirm",
}


class Page(HTMLParser):
    """The forms of a page with their fields, the buttons by id, and the text of the error page."""

    def __init__(self, html):
        super().__init__()
        self.forms, self.buttons, self.ids, self.texts = {}, {}, set(), {}
        self._form, self._reading = None, None
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.ids.add(attributes.get("id"))
        self._reading = attributes.get("id") if str(attributes.get("id")).startswith("error-") else self._reading
        if tag == "form":
            self._form = {"action": attributes.get("action"), "fields": {}}
            self.forms[attributes.get("id")] = self._form
        kind = attributes.get("type", "submit" if tag == "button" else "text").lower()
        if tag in ("button", "input") and kind in ("submit", "button"):
            self.buttons[attributes.get("id")] = attributes
        elif tag == "input" and self._form is not None and attributes.get("name"):
            if kind not in ("checkbox", "radio") or "checked" in attributes:
                self._form["fields"][attributes["name"]] = attributes.get("value") or ("on" if kind == "checkbox" else "")

    def handle_endtag(self, tag):
        if tag == "form":
            self._form = None

    def handle_data(self, data):
        if self._reading and data.strip():
            self.texts.setdefault(self._reading, data.strip())


class Person:
    def __init__(self, username, password):
        self.username, self.password = username, password
        self.browser = requests.Session()
        self.seen = []

    def browse(self, url, until):
        """Opens `url` and goes on until a redirect leads to `until`, which is returned and not opened."""
        self.seen = []
        method, fields = "GET", None
        for _ in range(20):
            headers = {"Origin": "{0.scheme}://{0.netloc}".format(urlsplit(url))} if method == "POST" else {}
            response = self.browser.request(method, url, data=fields, headers=headers, allow_redirects=False, timeout=20)
            if response.is_redirect:
                url, method, fields = urljoin(url, response.headers["Location"]), "GET", None
                if url.split("?")[0].split("#")[0] == until:
                    return url
            else:
                url, fields = self._fill(Page(response.text), url, response.status_code)
                method = "POST"
        raise AssertionError(f"more than 20 steps on the way to {until}")

    def _fill(self, page, url, status):
        assert "error-page" not in page.ids, f"error page: {page.texts}"
        known = next((form for form in FORMS if form in page.forms), None)
        assert known, f"HTTP {status} without a form that this test knows, at {urlsplit(url).path}"
        assert not (known == "login-form" and known in self.seen), "the login form came back: the password was not taken"
        self.seen.append(known)
        form, button = page.forms[known], page.buttons.get(FORMS[known])
        assert button is not None, f"{known} has no #{FORMS[known]}"
        fields = dict(form["fields"])
        if known == "login-form":
            assert {"username", "password"} <= fields.keys(), "the login form lacks its fields"
            fields.update(username=self.username, password=self.password)
        if button.get("name"):
            fields[button["name"]] = button.get("value") or ""
        return urljoin(url, button.get("formaction") or form["action"] or url), fields
