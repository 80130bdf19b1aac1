//! What people see of the operator.

use super::problem::Fault;
use super::reader::Reader;

/// The accent colour of deployments that set none.
pub const DEFAULT_COLOR: &str = "#0f6a5b";

/// See the settings `brand.…`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Brand {
    /// The name.
    pub name: String,
    /// A file (`.svg`, `.png`, `.jpg`, `.jpeg`) or an https URL.
    pub logo: Option<String>,
    /// `#rrggbb`, lower case.
    pub color: String,
}

impl Brand {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        Self { name: reader.one("brand.name", name), logo: reader.optional("brand.logo", logo), color: reader.one("brand.color", color) }
    }
}

fn name(text: &str) -> Result<String, Fault> {
    let good = text.trim() == text && text.chars().count() <= 60 && !text.chars().any(char::is_control);
    if good {
        Ok(text.to_owned())
    } else {
        Err(Fault::not(text, "a name to show", "Write one line of at most 60 characters without spaces around it."))
    }
}

fn color(text: &str) -> Result<String, Fault> {
    let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
    match digits {
        Some(_) => Ok(text.to_ascii_lowercase()),
        None => Err(Fault::not(text, "a colour", format!("Write it as #rrggbb, such as {DEFAULT_COLOR} (in quotes in TOML and shells)."))),
    }
}

/// The kinds of picture, by the ending of their files.
pub(super) fn ending(file: &str) -> Option<&'static str> {
    let ending = file.rsplit_once('.')?.1.to_ascii_lowercase();
    ["svg", "png", "jpg", "jpeg"].into_iter().find(|known| *known == ending)
}

fn logo(text: &str) -> Result<String, Fault> {
    const MEND: &str = "Name an .svg, .png or .jpg file of at most 256 KiB, or an https URL.";
    let good = match text.contains("://") {
        true => url::Url::parse(text).is_ok_and(|url| url.scheme() == "https" && url.username().is_empty() && url.password().is_none()),
        false => ending(text).is_some(),
    };
    if good { Ok(text.to_owned()) } else { Err(Fault::not(text, "a logo", MEND)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_has_six_hexadecimal_digits() {
        assert_eq!(color("#0F6A5B").unwrap(), "#0f6a5b");
        for text in ["0f6a5b", "#fff", "#gggggg", "red", "#0f6a5b;}", "#0f6a5bff"] {
            assert!(color(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_logo_is_a_picture_file_or_an_https_url() {
        assert!(logo("/etc/authy/logo.SVG").is_ok() && logo("https://static.example.com/logo").is_ok());
        for text in ["logo.gif", "http://static.example.com/logo.png", "javascript://x/logo.png", "logo"] {
            assert!(logo(text).is_err(), "{text}");
        }
    }
}
