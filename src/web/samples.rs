//! The building blocks of the pages rendered with hostile words. With `AUTHY_SAMPLES=DIR` the pages are also written there, to be looked at.

use askama::Template;

use crate::web::brand::BrandView;
use crate::web::page::{Area, FieldErrors, NoticeKind, Page, SignedIn};

const HOSTILE: &str = "\"><img src=x onerror=1>'-alert(1)-'";

#[derive(Template)]
#[template(
    ext = "html",
    source = r##"{% extends "layout.html" %}{% import "partials/macros.html" as ui %}
{% block title %}Sign in{% endblock %}
{% block main %}<h1>Sign in</h1><p class="lead">to go on to <strong>{{ words }}</strong></p>
{% call ui::notice("error") %}<p>The user name or the password is not right.</p>{% endcall %}
<form id="login-form" method="post" action="{{ page.base }}/login">{% call ui::csrf(page) %}{% endcall %}
{% call ui::field("username", "User name or e-mail address", value=words, autocomplete="username webauthn", autofocus=true) %}{% endcall %}
{% call ui::field("password", "Password", kind="password", autocomplete="current-password", error=errors.of("password"), hint="Capital letters count.") %}{% endcall %}
{% call ui::choice("keep", "keep", "Stay signed in", hint="Not on a shared computer.") %}{% endcall %}
<p class="actions"><button class="button button-primary button-wide" id="login-submit" type="submit">Sign in</button></p></form>
<ul class="scopes"><li><p>Know who you are</p></li><li><p>See your e-mail address</p><p class="hint">ada@example.com</p></li></ul>
<div class="who"><span class="avatar" aria-hidden="true">A</span><div><p>Ada Lovelace</p><p class="hint">ada@example.com</p></div></div>
<p class="actions actions-stack"><button class="button button-primary" type="button">Allow</button><button class="button button-quiet" type="button">Deny</button></p>
{% endblock %}{% block footer %}<a href="{{ page.base }}/recover">Forgotten?</a>{% endblock %}"##
)]
struct Small<'a> {
    page: Page<'a>,
    words: &'a str,
    errors: FieldErrors,
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r##"{% extends "layout_wide.html" %}{% import "partials/macros.html" as ui %}
{% block title %}Applications{% endblock %}
{% block main %}<p class="crumbs"><a href="{{ page.base }}/admin/clients">Applications</a></p>
<div class="page-head"><h1>Applications</h1><a class="button button-primary" href="{{ page.base }}/admin/clients/new">New application</a></div>
{% call ui::search("/admin/clients", words, "Search applications") %}{% endcall %}
<table class="table"><thead><tr><th scope="col">Name</th><th scope="col">Client id</th><th scope="col">Status</th><th scope="col"><span class="visually-hidden">Actions</span></th></tr></thead><tbody>
{% for name in ["Wiki", "Photos", "Billing"] %}<tr><th scope="row"><a href="/x">{{ name }}</a></th><td data-label="Client id"><code>k3jx4vq2mzp7w5yt6abc</code></td><td data-label="Status">{% call ui::tag("good", "Enabled") %}{% endcall %} {% call ui::tag("warn", "No PKCE") %}{% endcall %}</td><td class="cell-actions"><a class="button button-quiet button-small" href="/x">Edit<span class="visually-hidden"> {{ name }}</span></a></td></tr>{% endfor %}
</tbody></table>
{% call ui::pagination("/admin/clients", "/admin/clients?after=x", "3 of 120") %}{% endcall %}
<section class="panel"><h2>Endpoints</h2><dl class="details">{% call ui::row("Name", words) %}{% endcall %}{% call ui::copy_row("Issuer", "issuer", "https://id.example.com/auth") %}{% endcall %}</dl>
{% call ui::snippet("config", "Ready configuration") %}OIDC_ISSUER=https://id.example.com/auth
OIDC_CLIENT_ID=k3jx4vq2mzp7w5yt6abc{% endcall %}</section>
<section class="panel"><h2>Settings</h2><form method="post" action="/x" class="measure">{% call ui::csrf(page) %}{% endcall %}
<fieldset><legend>Basics</legend>{% call ui::field("name", "Name", value="Wiki", hint="People read it when they are asked to agree.") %}{% endcall %}
{% call ui::area("redirect_uris", "Redirect URIs", value=words, hint="One a line.", error=errors.of("password"), code=true) %}{% endcall %}
{% call ui::help("What is a redirect URI?") %}<p>Where authy sends people back to.</p>{% endcall %}
{% call ui::select("method", "Authentication") %}{% call ui::option("a", "Secret", true) %}{% endcall %}{% call ui::option("b", "None", false) %}{% endcall %}{% endcall %}
{% call ui::choice("pkce", "pkce", "Require PKCE", checked=true, hint="RFC 7636.") %}{% endcall %}</fieldset>
<p class="actions"><button class="button button-primary" type="submit">Save</button><a class="button button-quiet" href="/x">Cancel</a></p></form></section>
<ul class="items panel"><li><div><p><strong>Firefox on Linux</strong> {% call ui::tag("info", "This one") %}{% endcall %}</p><p class="hint">192.0.2.7, last seen today</p></div><form method="post" action="/x">{% call ui::csrf(page) %}{% endcall %}<button class="button button-danger-quiet button-small">End</button></form></li></ul>
<div class="empty"><p>Nobody here yet.</p></div>
<section class="panel panel-danger"><h2>Delete</h2><p>Everybody is signed out of it.</p><button class="button button-danger" type="button">Delete application</button></section>{% endblock %}"##
)]
struct Wide<'a> {
    page: Page<'a>,
    words: &'a str,
    errors: FieldErrors,
}

fn keep(name: &str, html: &str) {
    if let Ok(folder) = std::env::var("AUTHY_SAMPLES") {
        std::fs::write(std::path::Path::new(&folder).join(name), html).unwrap();
    }
}

fn errors() -> FieldErrors {
    let mut errors = FieldErrors::none();
    errors.add("password", "Please enter your password.");
    errors
}

fn person() -> SignedIn {
    SignedIn { username: "ada".to_owned(), display_name: "Ada Lovelace".to_owned(), administrator: true }
}

fn is_safe(html: &str) {
    assert!(!html.contains("<img src=x"), "not escaped: {html}");
    assert!(!html.contains("<style") && !html.contains(" style="), "an inline style: {html}");
    assert!(!html.contains("<script>") && !html.contains(" onerror=\""), "an inline script: {html}");
}

#[test]
fn small_pages_escape_what_they_are_given() {
    let brand = BrandView::default();
    let page = Page::new("", &brand).with_csrf("token");
    let html = Small { page: page.clone(), words: HOSTILE, errors: errors() }.render().unwrap();
    is_safe(&html);
    assert!(html.contains(r#"<input type="hidden" name="csrf_token" value="token">"#), "{html}");
    assert!(html.contains(r#"aria-describedby="password-error password-hint" aria-invalid="true""#), "{html}");
    keep("small.html", &Small { page, words: "Wiki", errors: errors() }.render().unwrap());
}

#[test]
fn wide_pages_escape_what_they_are_given_and_mark_where_one_is() {
    let brand = BrandView::new("Example Ltd", None, "#7a2e6f");
    let page = Page::new("/auth", &brand).inside(Area::Admin, "clients", person()).with_notice(NoticeKind::Success, HOSTILE);
    let html = Wide { page, words: HOSTILE, errors: errors() }.render().unwrap();
    is_safe(&html);
    assert!(html.contains(r#"<a href="/auth/admin/clients" aria-current="page">Applications</a>"#), "{html}");
    let page = Page::new("", &brand).inside(Area::Admin, "clients", person()).with_notice(NoticeKind::Success, "Saved.");
    keep("admin.html", &Wide { page, words: "Wiki", errors: errors() }.render().unwrap());
    let page = Page::new("", &brand).inside(Area::Account, "apps", person());
    keep("account.html", &Wide { page, words: "Wiki", errors: errors() }.render().unwrap());
    keep("brand.css", &brand.css);
    keep("brand-default.css", &BrandView::default().css);
}
