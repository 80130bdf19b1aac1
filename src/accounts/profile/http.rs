//! What the pages of an account have in common: somebody has to be signed in.

use actix_web::HttpResponse;

use crate::accounts::http::{Bound, Visit};
use crate::endpoints::authorize::SignedIn;
use crate::spec::params::Params;
use crate::web::extract::FormBody;
use crate::web::page::{Area, Page};

/// Who is signed in, or the way to the sign-in page and back.
///
/// # Errors
/// The response to give instead.
pub async fn person(visit: &Visit, path: &str) -> Result<SignedIn, HttpResponse> {
    match visit.session().await {
        Ok(Some(signed_in)) => Ok(signed_in),
        Ok(None) => Err(visit.redirect_to(&visit.url("/login", &[("return_to", path)]))),
        Err(failure) => Err(visit.failure(failure)),
    }
}

/// Who is signed in, and the form that they sent.
///
/// # Errors
/// The response to give instead: the way to the sign-in page and back, or a form that did not come from a page of ours.
pub async fn person_with_form(visit: &Visit, path: &str, body: &FormBody) -> Result<(SignedIn, Params), HttpResponse> {
    let signed_in = person(visit, path).await?;
    let form = visit.form(body, Bound::Session).map_err(|failure| visit.failure(failure))?;
    Ok((signed_in, form))
}

/// A page of the account, with one entry of its navigation marked.
pub fn page<'v>(visit: &'v Visit, section: &'static str, signed_in: &SignedIn) -> Page<'v> {
    visit.page(Bound::Session).inside(Area::Account, section, super::page::signed_in(&signed_in.user))
}
