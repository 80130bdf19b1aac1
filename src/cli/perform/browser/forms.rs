//! Pages and their forms, found by their stable ids. Pure: a page is text and the address it came from.

use scraper::{ElementRef, Html};
use url::{Url, form_urlencoded};

/// A page: what it is, and what it tells the person.
#[derive(Debug)]
pub struct Page {
    /// What it is.
    pub kind: Kind,
    /// The text of its alert, if it has one.
    pub notice: Option<String>,
}

/// What a page is.
#[derive(Debug)]
pub enum Kind {
    /// Asks for user name and password.
    Login(Form),
    /// Asks for consent; the form says yes.
    Consent(Form),
    /// Asks which account; the form takes the one that is signed in.
    SelectAccount(Form),
    /// Asks for the code of a device, or whether to connect it; the form says yes.
    Device(Form),
    /// Says that the device was answered.
    DeviceDone,
    /// Carries the answer to the client.
    FormPost(Form),
    /// Asks for a second factor.
    SecondFactor,
    /// Says what went wrong.
    Error {
        /// The code.
        code: String,
        /// The sentence.
        description: String,
        /// The id for the log.
        id: String,
    },
    /// Anything else, by its title.
    Other(String),
}

/// A form with its fields filled in and one button pressed.
#[derive(Debug, PartialEq, Eq)]
pub struct Form {
    /// Where it goes.
    pub action: Url,
    /// POST rather than GET.
    pub post: bool,
    fields: Vec<(String, String)>,
}

impl Form {
    /// The same with a field filled in.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        match self.fields.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => value.clone_into(old),
            None => self.fields.push((name.to_owned(), value.to_owned())),
        }
        self
    }

    /// The fields' names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|(name, _)| name.as_str())
    }

    /// `application/x-www-form-urlencoded`.
    pub fn encoded(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.fields).finish()
    }
}

/// A form of a page, by its id, and what pressing its button means.
type Known = (&'static str, &'static str, fn(Form) -> Kind);

const KNOWN: &[Known] = &[
    ("login-form", "login-submit", Kind::Login),
    ("consent-form", "consent-approve", Kind::Consent),
    ("select-account-form", "account-continue", Kind::SelectAccount),
    ("device-form", "device-allow", Kind::Device),
    ("form-post-form", "form-post-submit", Kind::FormPost),
];

/// Reads a page that came from `at`.
pub fn read(html: &str, at: &Url) -> Page {
    let document = Html::parse_document(html);
    let root = document.root_element();
    let known = KNOWN.iter().find_map(|(id, button, kind)| by_id(root, id).and_then(|form| filled(form, button, at)).map(kind));
    let text_of = |id| by_id(root, id).map(text).unwrap_or_default();
    let kind = known.unwrap_or_else(|| {
        if by_id(root, "mfa-form").is_some() {
            Kind::SecondFactor
        } else if by_id(root, "device-done").is_some() {
            Kind::DeviceDone
        } else if by_id(root, "error-page").is_some() {
            Kind::Error { code: text_of("error-code"), description: text_of("error-description"), id: text_of("error-id") }
        } else {
            Kind::Other(elements(root).find(|element| element.value().name() == "title").map(text).unwrap_or_default())
        }
    });
    Page { kind, notice: elements(root).find(|element| element.attr("role") == Some("alert")).map(text) }
}

fn elements(root: ElementRef<'_>) -> impl Iterator<Item = ElementRef<'_>> {
    root.descendent_elements()
}

fn by_id<'a>(root: ElementRef<'a>, id: &str) -> Option<ElementRef<'a>> {
    elements(root).find(|element| element.attr("id") == Some(id))
}

/// The words of an element, with single spaces between them.
fn text(element: ElementRef<'_>) -> String {
    element.text().flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}

/// The form as it is sent when the button with the id `button` is pressed: HTML, "constructing the entry list".
fn filled(form: ElementRef<'_>, button: &str, at: &Url) -> Option<Form> {
    let pressed = by_id(form, button);
    let own = |name: &str, of_button: &str| pressed.and_then(|pressed| pressed.attr(of_button)).or_else(|| form.attr(name));
    let action = at.join(own("action", "formaction").unwrap_or_default()).ok()?;
    let post = own("method", "formmethod").is_some_and(|method| method.eq_ignore_ascii_case("post"));
    let fields = elements(form).filter_map(|element| field(element, button)).collect();
    Some(Form { action, post, fields })
}

fn field(element: ElementRef<'_>, button: &str) -> Option<(String, String)> {
    let name = element.attr("name").filter(|name| !name.is_empty() && element.attr("disabled").is_none())?;
    let value = || element.attr("value").unwrap_or_default().to_owned();
    let is_pressed = element.attr("id") == Some(button);
    let value = match (element.value().name(), element.attr("type").unwrap_or_default().to_ascii_lowercase().as_str()) {
        ("input", "checkbox" | "radio") => element.attr("checked").map(|_| element.attr("value").unwrap_or("on").to_owned()),
        ("input", "submit" | "image" | "button" | "reset") | ("button", _) => is_pressed.then(value),
        ("input", "file") => None,
        ("input", _) => Some(value()),
        ("textarea", _) => Some(element.text().collect()),
        ("select", _) => {
            let option = |element: &ElementRef<'_>| element.value().name() == "option";
            let chosen = elements(element).filter(option).find(|element| element.attr("selected").is_some());
            let chosen = chosen.or_else(|| elements(element).find(option))?;
            Some(chosen.attr("value").map_or_else(|| text(chosen), str::to_owned))
        }
        _ => None,
    };
    Some((name.to_owned(), value?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(html: &str) -> Page {
        read(html, &Url::parse("https://id.example/login?t=sealed").unwrap())
    }

    #[test]
    fn a_login_form_keeps_what_is_hidden_and_takes_what_is_typed() {
        let html = r#"<form id="login-form" method="post" action="/login?t=sealed"><input type="hidden" name="csrf_token" value="a&amp;b">
            <input id="username" name="username" value="old"><input id="password" name="password" type="password">
            <input type="checkbox" name="stay"><input name="off" disabled value="x"><button id="login-submit" type="submit">Sign in</button></form>"#;
        let Kind::Login(form) = page(html).kind else { panic!("no login form") };
        let form = form.with("username", "ada").with("password", "p&q =");
        assert!(form.post);
        assert_eq!(form.action.as_str(), "https://id.example/login?t=sealed");
        assert_eq!(form.encoded(), "csrf_token=a%26b&username=ada&password=p%26q+%3D");
    }

    #[test]
    fn only_the_pressed_button_is_sent() {
        let html = r#"<form id="consent-form" method="POST"><input type="hidden" name="csrf_token" value="c">
            <button id="consent-deny" name="decision" value="deny">No</button><button id="consent-approve" name="decision" value="approve">Yes</button></form>"#;
        let Kind::Consent(form) = page(html).kind else { panic!("no consent form") };
        assert_eq!((form.encoded().as_str(), form.action.path()), ("csrf_token=c&decision=approve", "/login"));
    }

    #[test]
    fn check_boxes_lists_and_areas_are_sent_as_a_browser_would() {
        let html = r#"<form id="select-account-form"><input type="checkbox" name="a" checked><input type="radio" name="b" value="1"><input type="radio" name="b" value="2" checked>
            <select name="c"><option>one</option><option value="2" selected>two</option></select><textarea name="d">x
y</textarea><input type="submit" name="e" value="no"></form>"#;
        let Kind::SelectAccount(form) = page(html).kind else { panic!("no account form") };
        assert_eq!((form.encoded().as_str(), form.post), ("a=on&b=2&c=2&d=x%0Ay", false));
    }

    #[test]
    fn pages_without_a_known_form_are_told_apart() {
        let error = r#"<div id="error-page"><p id="error-description">Not <b>yours</b>.</p><code id="error-code">invalid_request</code><code id="error-id">e1</code></div>"#;
        assert!(
            matches!(page(error).kind, Kind::Error { code, description, id } if (code.as_str(), description.as_str(), id.as_str()) == ("invalid_request", "Not yours .", "e1"))
        );
        assert!(matches!(page("<title>Welcome</title><form id=x></form>").kind, Kind::Other(title) if title == "Welcome"));
        assert!(matches!(page(r#"<form id="mfa-form"></form>"#).kind, Kind::SecondFactor));
        assert_eq!(page(r#"<div role="alert"><p>Wrong  password.</p></div>"#).notice.as_deref(), Some("Wrong password."));
    }
}
