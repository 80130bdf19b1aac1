//! Whether somebody has an answer already: `If-None-Match`, RFC 9110 §13.1.2.

use actix_web::http::header::{self, HeaderMap};

/// Whether one of the lists of a request names this tag, which stands in its quotes, by the weak comparison; `*` names every tag.
pub fn is_known(headers: &HeaderMap, tag: &[u8]) -> bool {
    let lists = headers.get_all(header::IF_NONE_MATCH).filter_map(|list| list.to_str().ok());
    let mut named = lists.flat_map(|list| list.split(',')).map(str::trim);
    named.any(|named| named == "*" || named.strip_prefix("W/").unwrap_or(named).as_bytes() == tag)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    #[test]
    fn a_tag_is_known_wherever_a_request_names_it() {
        let known = |lines: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for &line in lines {
                headers.append(header::IF_NONE_MATCH, HeaderValue::from_static(line));
            }
            is_known(&headers, b"\"a\"")
        };
        for lines in [&["\"a\""][..], &["W/\"a\""], &["\"b\" , \"a\""], &["\"b\"", "\"a\""], &["*"]] {
            assert!(known(lines), "{lines:?}");
        }
        for lines in [&[][..], &[""], &["a"], &["\"b\""], &["W/W/\"a\""]] {
            assert!(!known(lines), "{lines:?}");
        }
    }
}
