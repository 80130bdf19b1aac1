//! `/errors/{error}`: what a refusal means. `error_uri` of every error leads here (RFC 6749 §5.2).

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::app::App;
use crate::spec::error::ErrorCode;
use crate::spec::params::Params;
use crate::web::page::Page;
use crate::web::security_headers::FormAction;
use crate::web::{error_page, render};

/// `templates/error_help.html`
#[derive(Template)]
#[template(path = "error_help.html")]
struct HelpPage<'a> {
    page: Page<'a>,
    code: &'static str,
    sentence: &'static str,
    mend: &'static str,
    error_id: Option<String>,
}

/// Explains a registered code. It tells nothing about the request that failed: that is for its owner (`authy explain`).
pub async fn show(request: HttpRequest, app: web::Data<App>, error: web::Path<String>) -> HttpResponse {
    let Some(code) = ErrorCode::parse(&error) else { return error_page::not_found(&app, &request) };
    let error_id = Params::parse(request.query_string()).ok().and_then(|query| query.get("id").filter(|id| is_id(id)).map(str::to_owned));
    let brand = render::brand(&request, &app);
    let page = Page::new(app.issuer.path(), &brand);
    let template = HelpPage { page, code: code.as_str(), sentence: code.sentence(), mend: mend(code), error_id };
    render::page(&app, &template, StatusCode::OK, FormAction::Own)
}

/// Whether it looks like an `error_id`.
pub fn is_id(text: &str) -> bool {
    text.len() == 20 && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'2'..=b'7'))
}

/// What the developer of the application can do.
const fn mend(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::InvalidRequest => {
            "Compare the request with the documentation of the endpoint: every parameter once, spelled exactly, and form-encoded."
        }
        ErrorCode::InvalidClient => "Check the client id and the secret, and that the way they are sent is the registered one.",
        ErrorCode::InvalidGrant => {
            "Start again at the authorization endpoint. Use a code once, soon, with the same redirect URI and the right code verifier."
        }
        ErrorCode::UnauthorizedClient => "Add the grant type or response type to the registration of the application.",
        ErrorCode::UnsupportedGrantType | ErrorCode::UnsupportedResponseType => "Use one that the discovery document names.",
        ErrorCode::InvalidAuthorizationDetails => "Ask only for types that the application is registered for, each as its schema says.",
        ErrorCode::InvalidScope => "Ask only for scopes that the application is registered for.",
        ErrorCode::AccessDenied => "Offer the person to try again; do not do so on your own.",
        ErrorCode::ServerError => "Try again later. If it stays, give the error id to whoever runs this service.",
        ErrorCode::TemporarilyUnavailable => "Wait as long as Retry-After says, then send the same request again.",
        ErrorCode::InteractionRequired | ErrorCode::LoginRequired | ErrorCode::AccountSelectionRequired | ErrorCode::ConsentRequired => {
            "Send the person to the authorization endpoint without prompt=none."
        }
        ErrorCode::InvalidRequestUri
        | ErrorCode::InvalidRequestObject
        | ErrorCode::RequestNotSupported
        | ErrorCode::RequestUriNotSupported => {
            "Make the request anew: push it again, or send it in the way that the application is registered for."
        }
        ErrorCode::RegistrationNotSupported => "Register the application beforehand.",
        ErrorCode::UnmetAuthenticationRequirements => "Ask for an acr value that the discovery document names.",
        ErrorCode::InvalidToken => "Get a new access token with the refresh token, or start again.",
        ErrorCode::InsufficientScope => "Ask for the missing scope at the authorization endpoint.",
        ErrorCode::InvalidTarget => "Use the exact identifier of a registered resource.",
        ErrorCode::InvalidDpopProof => {
            "Make a new proof for each request, with the URL of the endpoint as the discovery document names it."
        }
        ErrorCode::UseDpopNonce => "Send the request again with a new proof that carries the DPoP-Nonce of the answer.",
        ErrorCode::UnsupportedTokenType => "Revoke the refresh token or the access token instead.",
        ErrorCode::AuthorizationPending => "Wait as many seconds as interval says, then ask again.",
        ErrorCode::SlowDown => "Wait five seconds longer between questions than before.",
        ErrorCode::ExpiredToken => "Start a new request while the person is there to answer it.",
        ErrorCode::UnknownUserId => "Ask for somebody who has an account here, by user name or e-mail address.",
        ErrorCode::InvalidBindingMessage => "Use a short message of plain characters.",
        ErrorCode::InvalidRedirectUri => {
            "Register an absolute https URI without a fragment, or a loopback or private-use one for a native application."
        }
        ErrorCode::InvalidSoftwareStatement | ErrorCode::UnapprovedSoftwareStatement => {
            "Ask whoever issued the software statement for a fresh one, or the operator to trust its issuer."
        }
        ErrorCode::TransactionFailed => "Start a new request; nothing was given for the old one.",
        ErrorCode::InvalidClientMetadata => "Compare the metadata with RFC 7591 and with the discovery document.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::brand::BrandView;

    #[test]
    fn every_code_is_explained() {
        let brand = BrandView::default();
        for code in ErrorCode::ALL {
            let page = Page::new("", &brand);
            let html =
                HelpPage { page, code: code.as_str(), sentence: code.sentence(), mend: mend(*code), error_id: None }.render().unwrap();
            assert!(html.contains(code.as_str()) && html.contains("<h1>"), "{html}");
        }
    }

    #[test]
    fn only_ids_of_ours_are_shown() {
        assert!(is_id("abcdefghij2345672345"));
        assert!(!is_id("<script>alert(1)</sc"));
        assert!(!is_id("abc"));
    }
}
