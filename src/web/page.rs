//! What every page template knows: `page` in `templates/`.

use crate::web::assets;
use crate::web::brand::BrandView;

/// Where a page belongs; it decides the navigation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Area {
    /// Sign-in, consent, errors: one card, no navigation.
    #[default]
    Single,
    /// `/account`.
    Account,
    /// `/admin`.
    Admin,
}

/// One entry of a navigation.
#[derive(Clone, Copy, Debug)]
pub struct Section {
    /// Compared with [`Page::section`].
    pub key: &'static str,
    /// Below the issuer.
    pub path: &'static str,
    /// What people read.
    pub label: &'static str,
}

const ACCOUNT_SECTIONS: &[Section] = &[
    Section { key: "profile", path: "/account/profile", label: "Profile" },
    Section { key: "security", path: "/account/security", label: "Password" },
    Section { key: "sessions", path: "/account/sessions", label: "Sessions" },
    Section { key: "apps", path: "/account/apps", label: "Applications" },
    Section { key: "approvals", path: "/account/approvals", label: "Requests" },
];

const ADMIN_SECTIONS: &[Section] = &[
    Section { key: "clients", path: "/admin/clients", label: "Applications" },
    Section { key: "users", path: "/admin/users", label: "People" },
];

/// The person who is signed in, as the top bar shows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// The login name.
    pub username: String,
    /// The full name, or the login name where there is none.
    pub display_name: String,
    /// Whether the way to `/admin` is shown. It grants nothing.
    pub administrator: bool,
}

/// How a notice is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeKind {
    /// Something has to be mended.
    Error,
    /// It is done.
    Success,
    /// Something deserves a second look.
    Warning,
    /// By the way.
    Info,
}

impl NoticeKind {
    /// The end of the class name `notice-…`.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Success => "success",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }

    /// The ARIA role: errors are read out at once.
    pub const fn role(self) -> &'static str {
        match self {
            Self::Error => "alert",
            _ => "status",
        }
    }
}

/// One sentence over the content of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// How it is meant.
    pub kind: NoticeKind,
    /// What it says.
    pub text: String,
}

/// The common context of every template, as its field `page`.
#[derive(Clone, Debug)]
pub struct Page<'a> {
    /// The path of the issuer without a slash at its end: empty, or `/auth`. Every link begins with it.
    pub base: &'a str,
    /// The deployment's look.
    pub brand: &'a BrandView,
    /// The token for this page's forms (`ui::csrf(page)`); empty on a page without forms.
    pub csrf: String,
    /// Who is signed in.
    pub signed_in: Option<SignedIn>,
    /// Which navigation is shown.
    pub area: Area,
    /// The entry of the navigation that is marked: a [`Section::key`].
    pub section: &'static str,
    /// Shown over the content.
    pub notice: Option<Notice>,
}

impl<'a> Page<'a> {
    /// A page of one card, without forms.
    pub fn new(base: &'a str, brand: &'a BrandView) -> Self {
        Self { base, brand, csrf: String::new(), signed_in: None, area: Area::Single, section: "", notice: None }
    }

    /// With the token for its forms.
    pub fn with_csrf(mut self, token: impl Into<String>) -> Self {
        self.csrf = token.into();
        self
    }

    /// A wide page of an area, with one entry of its navigation marked.
    pub fn inside(mut self, area: Area, section: &'static str, person: SignedIn) -> Self {
        self.area = area;
        self.section = section;
        self.signed_in = Some(person);
        self
    }

    /// With a sentence over the content.
    pub fn with_notice(mut self, kind: NoticeKind, text: impl Into<String>) -> Self {
        self.notice = Some(Notice { kind, text: text.into() });
        self
    }

    /// The URL of a static file, under its hashed name.
    pub fn asset(&self, name: &str) -> String {
        format!("{}{}", self.base, assets::path(name))
    }

    /// The URL of the stylesheet with the brand's colours.
    pub fn brand_css(&self) -> String {
        format!("{}/static/brand.css?v={}", self.base, self.brand.version)
    }

    /// The URL of the logo, wherever it is served.
    pub fn logo(&self) -> Option<String> {
        let file = self.brand.logo_file.as_ref().map(|file| format!("{}/static/logo?v={}", self.base, file.version));
        file.or_else(|| self.brand.logo.clone())
    }

    /// The navigation of this page's area.
    pub const fn sections(&self) -> &'static [Section] {
        match self.area {
            Area::Single => &[],
            Area::Account => ACCOUNT_SECTIONS,
            Area::Admin => ADMIN_SECTIONS,
        }
    }

    /// Whether this is a page of `/account`.
    pub const fn in_account(&self) -> bool {
        matches!(self.area, Area::Account)
    }

    /// Whether this is a page of `/admin`.
    pub const fn in_admin(&self) -> bool {
        matches!(self.area, Area::Admin)
    }
}

/// What is wrong with the fields of a form, shown beside each: `error=errors.of("username")`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldErrors(Vec<(&'static str, String)>);

impl FieldErrors {
    /// Nothing is wrong.
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// Adds a sentence about a field.
    pub fn add(&mut self, field: &'static str, sentence: impl Into<String>) {
        self.0.push((field, sentence.into()));
    }

    /// The first sentence about a field; empty when it is right.
    pub fn of(&self, field: &str) -> &str {
        self.0.iter().find(|(name, _)| *name == field).map_or("", |(_, sentence)| sentence)
    }

    /// Whether every field is right.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
