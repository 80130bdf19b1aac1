//! A browser without JavaScript: cookies, redirects within the provider, and forms found by id.

use std::collections::BTreeMap;

use reqwest::header::{self, HeaderMap};
use scraper::{Html, Selector};

/// Cookies and the provider's address.
#[derive(Clone, Debug)]
pub struct Browser {
    http: reqwest::Client,
    pub base: String,
    pub cookies: BTreeMap<String, String>,
    /// Sent with every request.
    pub headers: HeaderMap,
}

/// What the browser shows.
#[derive(Clone, Debug)]
pub struct Page {
    pub status: u16,
    pub url: String,
    pub headers: HeaderMap,
    pub body: String,
}

/// Where a walk ended.
#[derive(Clone, Debug)]
pub enum Landing {
    /// A page of the provider.
    Page(Page),
    /// A redirect away from it.
    Away(String),
}

impl Landing {
    #[track_caller]
    pub fn page(self) -> Page {
        match self {
            Self::Page(page) => page,
            Self::Away(url) => panic!("expected a page, was sent to {url}"),
        }
    }

    #[track_caller]
    pub fn away(self) -> String {
        match self {
            Self::Away(url) => url,
            Self::Page(page) => panic!("expected a redirect, got {} at {}:\n{}", page.status, page.url, page.body),
        }
    }
}

impl Page {
    /// Whether an element of that id is there.
    pub fn has(&self, id: &str) -> bool {
        Html::parse_document(&self.body).select(&selector(&format!("#{id}"))).next().is_some()
    }

    /// Action and fields of the form of that id.
    #[track_caller]
    pub fn form(&self, id: &str) -> (String, Vec<(String, String)>) {
        let document = Html::parse_document(&self.body);
        let form = document.select(&selector(&format!("form#{id}"))).next();
        let form = form.unwrap_or_else(|| panic!("no form #{id} at {} ({}):\n{}", self.url, self.status, self.body));
        let fields = form
            .select(&selector("input[name], textarea[name], select[name]"))
            .filter(|input| input.attr("type") != Some("checkbox") || input.attr("checked").is_some())
            .filter_map(|input| {
                let value = match input.value().name() {
                    "textarea" => input.text().collect(),
                    "select" => {
                        let chosen =
                            input.select(&selector("option[selected]")).next().or_else(|| input.select(&selector("option")).next());
                        chosen.and_then(|option| option.attr("value")).unwrap_or_default().to_owned()
                    }
                    _ => input.attr("value").unwrap_or_default().to_owned(),
                };
                Some((input.attr("name")?.to_owned(), value))
            })
            .collect();
        let action = form.attr("action").unwrap_or_default();
        let action = url::Url::parse(&self.url).expect("a URL").join(action).expect("an action").to_string();
        (action, fields)
    }
}

fn selector(text: &str) -> Selector {
    Selector::parse(text).expect("a selector")
}

impl Browser {
    pub fn new(base: &str) -> Self {
        let http = super::http::client();
        Self { http, base: base.to_owned(), cookies: BTreeMap::new(), headers: HeaderMap::new() }
    }

    /// One request, without following.
    pub async fn get(&mut self, url: &str) -> Page {
        self.send("GET", url, None).await
    }

    /// One form, without following; with the `Origin` a browser sends.
    pub async fn post(&mut self, url: &str, fields: &[(String, String)]) -> Page {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.send("POST", url, Some(body)).await
    }

    async fn send(&mut self, method: &str, url: &str, body: Option<String>) -> Page {
        let url = if url.starts_with('/') { format!("{}{url}", self.base) } else { url.to_owned() };
        let mut request = self.http.request(method.parse().expect("a method"), &url).headers(self.headers.clone());
        if !self.cookies.is_empty() {
            let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        if let Some(body) = body {
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(body);
            if !self.headers.contains_key(header::ORIGIN) {
                request = request.header(header::ORIGIN, &self.base);
            }
        }
        let response = request.send().await.expect("an answer");
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().expect("text");
            let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
            let (name, value) = pair.split_once('=').expect("a pair");
            if value.is_empty() || attributes.to_ascii_lowercase().contains("max-age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Page { status, url, headers, body: response.text().await.expect("a body") }
    }

    /// Follows redirects as long as they stay with the provider.
    pub async fn follow(&mut self, mut page: Page) -> Landing {
        for _ in 0..10 {
            let Some(location) = page.headers.get(header::LOCATION) else { return Landing::Page(page) };
            let location = location.to_str().expect("text").to_owned();
            let target = match url::Url::parse(&location) {
                Ok(_) => location,
                Err(_) => url::Url::parse(&page.url).expect("a URL").join(&location).expect("a URL").to_string(),
            };
            if !target.starts_with(&self.base) {
                return Landing::Away(target);
            }
            page = self.get(&target).await;
        }
        panic!("too many redirects at {}", page.url);
    }

    pub async fn open(&mut self, url: &str) -> Landing {
        let page = self.get(url).await;
        self.follow(page).await
    }

    /// Fills a form and sends it.
    pub async fn submit(&mut self, page: &Page, form: &str, values: &[(&str, &str)]) -> Landing {
        let (action, mut fields) = page.form(form);
        for (name, value) in values {
            fields.retain(|(known, _)| known != name);
            fields.push(((*name).to_owned(), (*value).to_owned()));
        }
        let page = self.post(&action, &fields).await;
        self.follow(page).await
    }

    /// Signs in at a login page.
    pub async fn sign_in(&mut self, page: &Page, username: &str) -> Landing {
        self.submit(page, "login-form", &[("username", username), ("password", super::app::PASSWORD)]).await
    }

    /// Presses a button of a consent page.
    pub async fn press(&mut self, page: &Page, form: &str, button: &str) -> Landing {
        let document = Html::parse_document(&page.body);
        let element = document.select(&selector(&format!("#{button}"))).next().unwrap_or_else(|| panic!("no #{button}"));
        let pair = element.attr("name").map(|name| (name.to_owned(), element.attr("value").unwrap_or_default().to_owned()));
        drop(document);
        match pair {
            Some((name, value)) => self.submit(page, form, &[(&name, &value)]).await,
            None => self.submit(page, form, &[]).await,
        }
    }

    /// Walks from an authorization URL back to the client: signs in and agrees where a page asks for it.
    pub async fn walk(&mut self, url: &str, username: &str) -> String {
        let mut landing = self.open(url).await;
        for _ in 0..4 {
            landing = match landing {
                Landing::Away(url) => return url,
                Landing::Page(page) if page.has("login-form") => self.sign_in(&page, username).await,
                Landing::Page(page) if page.has("consent-form") => self.press(&page, "consent-form", "consent-approve").await,
                Landing::Page(page) => panic!("stuck at {} ({}):\n{}", page.url, page.status, page.body),
            };
        }
        panic!("the walk did not end");
    }
}
