//! `POST /oauth2/token`.

use actix_web::{HttpRequest, HttpResponse, web};

use super::Trace;
use crate::app::App;
use crate::telemetry::metrics::Endpoint;
use crate::web::extract::FormBody;
use crate::web::{cors, respond};

/// RFC 6749 §5.1, §5.2.
pub async fn token(request: HttpRequest, app: web::Data<App>, body: FormBody) -> HttpResponse {
    let mut trace = Trace::default();
    let credentials = respond::credentials(&request, &app);
    let answer = super::token(&app, body.as_str(), &credentials, &mut trace).await;
    let mut response = match answer {
        Ok(tokens) => {
            app.metrics.token_issued(trace.grant_type.unwrap_or("unknown"));
            respond::json_no_store(&tokens)
        }
        Err(failure) => respond::oauth_error(&app, &request, &failure, (Endpoint::Token, trace.client_id.as_deref())),
    };
    if let Some(nonce) = &trace.dpop_nonce {
        respond::dpop_nonce(&mut response, nonce);
    }
    cors::allow_client(&app, &request, trace.client_id.as_deref(), response).await
}
