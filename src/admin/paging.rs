//! Lists by pages: each page is found by the last key of the one before, so that it stays right while entries come and go. Pure.

use url::form_urlencoded;

/// How many entries a page shows.
pub const PAGE_SIZE: i64 = 25;

/// Entries of one page, and how to get to the next.
#[derive(Clone, Debug)]
pub struct Listing<T> {
    /// What was searched for; empty: everything.
    pub search: String,
    /// The entries.
    pub items: Vec<T>,
    /// How many there are in all.
    pub total: i64,
    /// The query of the next page.
    pub next: Option<String>,
    /// Whether this is not the first page.
    pub is_later: bool,
}

/// What a list was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Question {
    /// Search words, at most 100 characters.
    pub search: String,
    /// The last key of the page before.
    pub after: Option<String>,
}

impl Question {
    /// Reads `?search=…&after=…`.
    pub fn parse(query: &str) -> Self {
        let mut question = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "search" => question.search = printable(&value).trim().chars().take(100).collect(),
                "after" if !value.is_empty() => question.after = Some(printable(&value)),
                _ => {}
            }
        }
        question
    }
}

/// Names and keys hold no control characters, and Postgres knows no NUL.
fn printable(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).collect()
}

/// Cuts what was loaded (one entry more than asked for) to size; returns the key to go on after when there is more.
pub fn cut<T>(items: &mut Vec<T>, limit: i64, key: impl Fn(&T) -> String) -> Option<String> {
    let limit = usize::try_from(limit).unwrap_or(0);
    let more = items.len() > limit;
    items.truncate(limit);
    items.last().filter(|_| more).map(key)
}

impl<T> Listing<T> {
    /// Cuts what was loaded (one entry more than a page holds) into a page.
    pub fn cut(question: &Question, mut items: Vec<T>, total: i64, key: impl Fn(&T) -> String) -> Self {
        let next = cut(&mut items, PAGE_SIZE, key).map(|last| {
            let mut query = form_urlencoded::Serializer::new(String::new());
            if !question.search.is_empty() {
                query.append_pair("search", &question.search);
            }
            query.append_pair("after", &last).finish()
        });
        Self { search: question.search.clone(), items, total, next, is_later: question.after.is_some() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_begins_after_the_last_key_and_keeps_the_search() {
        let question = Question::parse("search=%20a%26b%20&after=k3");
        assert_eq!(question, Question { search: "a&b".to_owned(), after: Some("k3".to_owned()) });
        let page = Listing::cut(&question, (0..=PAGE_SIZE).collect::<Vec<i64>>(), 99, |number| format!("k {number}"));
        assert_eq!(page.items.len(), 25);
        assert_eq!(page.next.as_deref(), Some("search=a%26b&after=k+24"));
        assert!(page.is_later);
    }

    #[test]
    fn a_page_that_holds_everything_has_no_next() {
        let page = Listing::cut(&Question::default(), vec!["a"], 1, |key| (*key).to_owned());
        assert!(page.next.is_none() && !page.is_later);
    }
}
