//! How a deployment looks: its name, its logo, and one colour from which every coloured part of a page is derived with enough contrast.

use sha2::{Digest as _, Sha256};

use crate::config::brand::DEFAULT_COLOR;

/// Surfaces of `static/app.css` that coloured text stands on: the hardest of each scheme.
const LIGHT_SURFACE: Rgb = Rgb(0xf3, 0xf2, 0xee);
const DARK_SURFACE: Rgb = Rgb(0x1a, 0x20, 0x24);
/// WCAG 2.2 §1.4.3 asks 4.5; a little more survives rounding.
const TEXT_CONTRAST: f64 = 4.8;
/// Thin coloured lines on dark need more to look as strong.
const DARK_CONTRAST: f64 = 6.5;

/// A picture of the operator's own, served by us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogoFile {
    /// The bytes.
    pub data: Vec<u8>,
    /// By the ending of the file's name.
    pub content_type: &'static str,
    /// A hash of the bytes.
    pub version: String,
}

impl LogoFile {
    /// From a file that has been read.
    pub fn new(name: &str, data: Vec<u8>) -> Self {
        let content_type = match name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).as_deref() {
            Some("svg") => "image/svg+xml",
            Some("png") => "image/png",
            Some("jpg" | "jpeg") => "image/jpeg",
            _ => "application/octet-stream",
        };
        Self { version: version(&data), content_type, data }
    }
}

/// What the templates know about the deployment's look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrandView {
    /// The name over every page.
    pub name: String,
    /// An https URL of the logo.
    pub logo: Option<String>,
    /// A logo that we serve. Without any, authy's mark is drawn in the brand's colour.
    pub logo_file: Option<LogoFile>,
    /// The body of `/static/brand.css`.
    pub css: String,
    /// Changes with `css`: `/static/brand.css?v=…` may be cached for ever.
    pub version: String,
}

impl BrandView {
    /// From the settings. A colour that is not `#rrggbb` gives the default one (the settings have refused it before).
    pub fn new(name: impl Into<String>, logo: Option<String>, color: &str) -> Self {
        let brand = Rgb::parse(color).or_else(|| Rgb::parse(DEFAULT_COLOR)).unwrap_or(Rgb(0, 0, 0));
        let css = stylesheet(brand);
        let version = version(css.as_bytes());
        Self { name: name.into(), logo, logo_file: None, css, version }
    }

    /// With a logo that we serve.
    pub fn with_logo_file(mut self, file: LogoFile) -> Self {
        self.logo_file = Some(file);
        self
    }
}

impl Default for BrandView {
    fn default() -> Self {
        Self::new("authy", None, DEFAULT_COLOR)
    }
}

fn version(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

fn stylesheet(brand: Rgb) -> String {
    let text = brand.text_upon();
    // Away from the text's colour, so that hovering never costs contrast.
    let hover = brand.mixed(if text == Rgb::WHITE { Rgb::BLACK } else { Rgb::WHITE }, 0.14);
    let light = brand.readable_on(LIGHT_SURFACE, Rgb::BLACK, TEXT_CONTRAST);
    let dark = brand.readable_on(DARK_SURFACE, Rgb::WHITE, DARK_CONTRAST);
    format!(
        ":root{{--brand:{};--brand-hover:{};--on-brand:{};--accent:{}}}\n@media (prefers-color-scheme:dark){{:root{{--accent:{}}}}}\n",
        brand.css(),
        hover.css(),
        text.css(),
        light.css(),
        dark.css()
    )
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rgb(u8, u8, u8);

impl Rgb {
    const BLACK: Self = Self(0, 0, 0);
    const WHITE: Self = Self(255, 255, 255);

    fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#')?;
        let values: Option<Vec<u8>> = digits.chars().map(|digit| digit.to_digit(16).and_then(|value| u8::try_from(value).ok())).collect();
        match *values?.as_slice() {
            [r1, r2, g1, g2, b1, b2] => Some(Self(r1 * 16 + r2, g1 * 16 + g2, b1 * 16 + b2)),
            _ => None,
        }
    }

    fn css(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }

    /// Relative luminance, WCAG 2.2.
    fn luminance(self) -> f64 {
        let linear = |value: u8| {
            let value = f64::from(value) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }

    /// Contrast ratio, WCAG 2.2: 1 to 21.
    fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// White or black, whichever reads better: never under 4.58.
    fn text_upon(self) -> Self {
        if self.contrast(Self::WHITE) >= self.contrast(Self::BLACK) { Self::WHITE } else { Self::BLACK }
    }

    /// `share` of `other` (0 to 1) mixed in.
    fn mixed(self, other: Self, share: f64) -> Self {
        // The sum lies between two bytes, so the conversion cannot lose anything.
        let mix = |from: u8, to: u8| (f64::from(from) * (1.0 - share) + f64::from(to) * share).round() as u8;
        Self(mix(self.0, other.0), mix(self.1, other.1), mix(self.2, other.2))
    }

    /// The nearest mix with `towards` that reads as text on `surface`.
    fn readable_on(self, surface: Self, towards: Self, contrast: f64) -> Self {
        (0..=50)
            .map(|step| self.mixed(towards, f64::from(step) / 50.0))
            .find(|color| color.contrast(surface) >= contrast)
            .unwrap_or(towards)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every_kind_of_color() -> impl Iterator<Item = Rgb> {
        let steps = [0_u8, 40, 80, 120, 160, 200, 255];
        steps.into_iter().flat_map(move |r| steps.into_iter().flat_map(move |g| steps.into_iter().map(move |b| Rgb(r, g, b))))
    }

    #[test]
    fn any_brand_color_gives_readable_buttons_and_links() {
        for brand in every_kind_of_color() {
            assert!(brand.contrast(brand.text_upon()) >= 4.5, "{brand:?}");
            assert!(brand.readable_on(LIGHT_SURFACE, Rgb::BLACK, TEXT_CONTRAST).contrast(LIGHT_SURFACE) >= 4.5, "{brand:?}");
            assert!(brand.readable_on(DARK_SURFACE, Rgb::WHITE, DARK_CONTRAST).contrast(DARK_SURFACE) >= 4.5, "{brand:?}");
        }
    }

    #[test]
    fn contrast_is_what_wcag_says() {
        assert!((Rgb::WHITE.contrast(Rgb::BLACK) - 21.0).abs() < 0.001);
        assert!((Rgb(0x77, 0x77, 0x77).contrast(Rgb::WHITE) - 4.478).abs() < 0.01);
    }

    #[test]
    fn what_the_settings_refuse_gives_the_default_color() {
        assert_eq!(Rgb::parse("#A1b2C3"), Some(Rgb(0xa1, 0xb2, 0xc3)));
        for text in ["a1b2c3", "#abc", "#a1b2c", "#gggggg", "red", "#a1b2c3;}", ""] {
            assert_eq!(BrandView::new("A", None, text).css, BrandView::default().css, "{text}");
        }
    }

    #[test]
    fn the_version_changes_with_the_color() {
        assert_ne!(BrandView::new("A", None, "#123456").version, BrandView::new("A", None, "#654321").version);
    }
}
