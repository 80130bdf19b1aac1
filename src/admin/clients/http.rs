//! `/admin/clients`.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::page::{Delete, Edit, List, Show};
use super::{form, snippet, weakness};
use crate::admin::fault::Faults;
use crate::admin::form::Form;
use crate::admin::http::Visit;
use crate::admin::office::Problem;
use crate::admin::paging::Question;
use crate::app::App;
use crate::model::client::Client;
use crate::secret::Secret;
use crate::web::extract::FormBody;

const SECTION: &str = "clients";

/// `GET /admin/clients`
pub async fn list(app: web::Data<App>, request: HttpRequest) -> HttpResponse {
    let visit = match Visit::enter(&app, &request).await {
        Ok(visit) => visit,
        Err(response) => return response,
    };
    match visit.office().list_clients(&Question::parse(request.query_string())).await {
        Ok(listing) => visit.render(&List { page: visit.page(SECTION), listing }, StatusCode::OK),
        Err(problem) => visit.problem(&problem),
    }
}

/// `GET /admin/clients/new`
pub async fn new_form(app: web::Data<App>, request: HttpRequest) -> HttpResponse {
    match Visit::enter(&app, &request).await {
        Ok(visit) => edit_page(&visit, None, form::blank(), Faults::default(), StatusCode::OK),
        Err(response) => response,
    }
}

/// `POST /admin/clients/new`: the only answer that shows the secret.
pub async fn create(app: web::Data<App>, request: HttpRequest, body: FormBody) -> HttpResponse {
    let (visit, typed) = match Visit::submit(&app, &request, &body).await {
        Ok(entered) => entered,
        Err(response) => return response,
    };
    let draft = match form::read(&typed, None) {
        Ok(draft) => draft,
        Err(faults) => return edit_page(&visit, None, typed, faults, StatusCode::UNPROCESSABLE_ENTITY),
    };
    match visit.office().create_client(&draft).await {
        Ok((client, Some(secret))) => show_page(&visit, client, Some(&secret), StatusCode::CREATED),
        Ok((client, None)) => visit.done(&format!("/admin/clients/{}", client.client_id), "created"),
        Err(problem) => edit_again(&visit, None, typed, &problem),
    }
}

/// `GET /admin/clients/{client_id}`
pub async fn show(app: web::Data<App>, request: HttpRequest, client_id: web::Path<String>) -> HttpResponse {
    let visit = match Visit::enter(&app, &request).await {
        Ok(visit) => visit,
        Err(response) => return response,
    };
    match visit.office().client(&client_id).await {
        Ok(client) => show_page(&visit, client, None, StatusCode::OK),
        Err(problem) => visit.problem(&problem),
    }
}

/// `GET /admin/clients/{client_id}/edit`
pub async fn edit_form(app: web::Data<App>, request: HttpRequest, client_id: web::Path<String>) -> HttpResponse {
    let visit = match Visit::enter(&app, &request).await {
        Ok(visit) => visit,
        Err(response) => return response,
    };
    match visit.office().client(&client_id).await {
        Ok(client) => {
            let filled = form::of(&client);
            edit_page(&visit, Some(client), filled, Faults::default(), StatusCode::OK)
        }
        Err(problem) => visit.problem(&problem),
    }
}

/// `POST /admin/clients/{client_id}/edit`
pub async fn update(app: web::Data<App>, request: HttpRequest, client_id: web::Path<String>, body: FormBody) -> HttpResponse {
    let (visit, typed) = match Visit::submit(&app, &request, &body).await {
        Ok(entered) => entered,
        Err(response) => return response,
    };
    let client = match visit.office().client(&client_id).await {
        Ok(client) => client,
        Err(problem) => return visit.problem(&problem),
    };
    let draft = match form::read(&typed, Some(&client)) {
        Ok(draft) => draft,
        Err(faults) => return edit_page(&visit, Some(client), typed, faults, StatusCode::UNPROCESSABLE_ENTITY),
    };
    match visit.office().update_client(&client, &draft).await {
        Ok((client, Some(secret))) => show_page(&visit, client, Some(&secret), StatusCode::OK),
        Ok((client, None)) => visit.done(&format!("/admin/clients/{}", client.client_id), "saved"),
        // What is stored now may be something else than a moment ago.
        Err(problem) => match visit.office().client(&client_id).await {
            Ok(client) => edit_again(&visit, Some(client), typed, &problem),
            Err(gone) => visit.problem(&gone),
        },
    }
}

/// `GET /admin/clients/{client_id}/delete`
pub async fn delete_form(app: web::Data<App>, request: HttpRequest, client_id: web::Path<String>) -> HttpResponse {
    let visit = match Visit::enter(&app, &request).await {
        Ok(visit) => visit,
        Err(response) => return response,
    };
    match visit.office().client(&client_id).await {
        Ok(client) => visit.render(&Delete { page: visit.card(), client }, StatusCode::OK),
        Err(problem) => visit.problem(&problem),
    }
}

/// `POST /admin/clients/{client_id}/delete`
pub async fn delete(app: web::Data<App>, request: HttpRequest, client_id: web::Path<String>, body: FormBody) -> HttpResponse {
    let visit = match Visit::submit(&app, &request, &body).await {
        Ok((visit, _)) => visit,
        Err(response) => return response,
    };
    visit.after(visit.office().delete_client(&client_id).await, "/admin/clients", "deleted")
}

/// `POST /admin/clients/{client_id}/enable`
pub async fn enable(app: web::Data<App>, request: HttpRequest, client_id: web::Path<String>, body: FormBody) -> HttpResponse {
    switch((&app, &request, &body), &client_id, true).await
}

/// `POST /admin/clients/{client_id}/disable`
pub async fn disable(app: web::Data<App>, request: HttpRequest, client_id: web::Path<String>, body: FormBody) -> HttpResponse {
    switch((&app, &request, &body), &client_id, false).await
}

async fn switch((app, request, body): (&web::Data<App>, &HttpRequest, &FormBody), client_id: &str, enabled: bool) -> HttpResponse {
    let visit = match Visit::submit(app, request, body).await {
        Ok((visit, _)) => visit,
        Err(response) => return response,
    };
    let done = if enabled { "enabled" } else { "disabled" };
    visit.after(visit.office().enable_client(client_id, enabled).await, &format!("/admin/clients/{client_id}"), done)
}

/// `POST /admin/clients/{client_id}/secrets`: the only answer that shows the new secret.
pub async fn rotate_secret(app: web::Data<App>, request: HttpRequest, client_id: web::Path<String>, body: FormBody) -> HttpResponse {
    let visit = match Visit::submit(&app, &request, &body).await {
        Ok((visit, _)) => visit,
        Err(response) => return response,
    };
    match visit.office().rotate_secret(&client_id).await {
        Ok((client, secret)) => show_page(&visit, client, Some(&secret), StatusCode::OK),
        Err(problem) => visit.problem(&problem),
    }
}

/// `POST /admin/clients/{client_id}/secrets/{secret_id}/retire`
pub async fn retire_secret(
    app: web::Data<App>,
    request: HttpRequest,
    path: web::Path<(String, uuid::Uuid)>,
    body: FormBody,
) -> HttpResponse {
    let visit = match Visit::submit(&app, &request, &body).await {
        Ok((visit, _)) => visit,
        Err(response) => return response,
    };
    let (client_id, secret_id) = path.into_inner();
    let retired = visit.office().retire_secret(&client_id, secret_id).await;
    visit.after(retired, &format!("/admin/clients/{client_id}"), "retired")
}

fn show_page(visit: &Visit, client: Client, secret: Option<&Secret<String>>, status: StatusCode) -> HttpResponse {
    let secret = secret.map(|secret| secret.expose().clone());
    let template = Show {
        page: visit.page(SECTION),
        now: visit.office().now,
        weaknesses: weakness::of(&client),
        endpoints: snippet::endpoints(&visit.app.issuer),
        snippets: snippet::all(&client, &visit.app.issuer, secret.as_deref()),
        client,
        secret,
    };
    visit.render(&template, status)
}

fn edit_page(visit: &Visit, client: Option<Client>, form: Form, faults: Faults, status: StatusCode) -> HttpResponse {
    visit.render(&Edit { page: visit.page(SECTION), client, form, faults }, status)
}

/// The form again with everything that was typed, and what is wrong beside each field.
fn edit_again(visit: &Visit, client: Option<Client>, typed: Form, problem: &Problem) -> HttpResponse {
    match problem {
        Problem::Refused(_) | Problem::Exists(_) => edit_page(visit, client, typed, problem.faults(), StatusCode::UNPROCESSABLE_ENTITY),
        _ => visit.problem(problem),
    }
}
