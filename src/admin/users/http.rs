//! `/admin/users`.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use super::page::{Delete, Edit, List, Show};
use super::{NewUser, form};
use crate::admin::fault::Faults;
use crate::admin::form::Form;
use crate::admin::http::Visit;
use crate::admin::office::Problem;
use crate::admin::paging::Question;
use crate::app::App;
use crate::model::user::User;
use crate::web::extract::FormBody;

const SECTION: &str = "users";

/// `GET /admin/users`
pub async fn list(app: web::Data<App>, request: HttpRequest) -> HttpResponse {
    let visit = match Visit::enter(&app, &request).await {
        Ok(visit) => visit,
        Err(response) => return response,
    };
    match visit.office().list_users(&Question::parse(request.query_string())).await {
        Ok(listing) => visit.render(&List { page: visit.page(SECTION), listing }, StatusCode::OK),
        Err(problem) => visit.problem(&problem),
    }
}

/// `GET /admin/users/new`
pub async fn new_form(app: web::Data<App>, request: HttpRequest) -> HttpResponse {
    match Visit::enter(&app, &request).await {
        Ok(visit) => edit_page(&visit, None, Form::default(), Faults::default()).await,
        Err(response) => response,
    }
}

/// `POST /admin/users/new`
pub async fn create(app: web::Data<App>, request: HttpRequest, body: FormBody) -> HttpResponse {
    let (visit, typed) = match Visit::submit(&app, &request, &body).await {
        Ok(entered) => entered,
        Err(response) => return response,
    };
    let profile = match form::read(&typed, None) {
        Ok(profile) => profile,
        Err(faults) => return edit_page(&visit, None, typed, faults).await,
    };
    match visit.office().create_user(&NewUser { profile, password: form::password(&typed) }).await {
        Ok(user) => visit.done(&format!("/admin/users/{}", user.subject), "created"),
        Err(problem) => edit_again(&visit, None, typed, &problem).await,
    }
}

/// `GET /admin/users/{sub}`
pub async fn show(app: web::Data<App>, request: HttpRequest, subject: web::Path<String>) -> HttpResponse {
    match Visit::enter(&app, &request).await {
        Ok(visit) => show_page(&visit, &subject, Faults::default()).await,
        Err(response) => response,
    }
}

/// `GET /admin/users/{sub}/edit`
pub async fn edit_form(app: web::Data<App>, request: HttpRequest, subject: web::Path<String>) -> HttpResponse {
    let visit = match Visit::enter(&app, &request).await {
        Ok(visit) => visit,
        Err(response) => return response,
    };
    match visit.office().user(&subject).await {
        Ok(user) => {
            let filled = form::of(&user);
            edit_page(&visit, Some(user), filled, Faults::default()).await
        }
        Err(problem) => visit.problem(&problem),
    }
}

/// `POST /admin/users/{sub}/edit`
pub async fn update(app: web::Data<App>, request: HttpRequest, subject: web::Path<String>, body: FormBody) -> HttpResponse {
    let (visit, typed) = match Visit::submit(&app, &request, &body).await {
        Ok(entered) => entered,
        Err(response) => return response,
    };
    let user = match visit.office().user(&subject).await {
        Ok(user) => user,
        Err(problem) => return visit.problem(&problem),
    };
    let profile = match form::read(&typed, Some(&user)) {
        Ok(profile) => profile,
        Err(faults) => return edit_page(&visit, Some(user), typed, faults).await,
    };
    match visit.office().update_user(&user, &profile).await {
        Ok(_) => visit.done(&format!("/admin/users/{subject}"), "saved"),
        // What is stored now may be something else than a moment ago.
        Err(problem) => match visit.office().user(&subject).await {
            Ok(user) => edit_again(&visit, Some(user), typed, &problem).await,
            Err(gone) => visit.problem(&gone),
        },
    }
}

/// `POST /admin/users/{sub}/password`
pub async fn set_password(app: web::Data<App>, request: HttpRequest, subject: web::Path<String>, body: FormBody) -> HttpResponse {
    let (visit, typed) = match Visit::submit(&app, &request, &body).await {
        Ok(entered) => entered,
        Err(response) => return response,
    };
    let password = form::password(&typed).unwrap_or_default();
    match visit.office().set_password(&subject, &password).await {
        Ok(()) => visit.done(&format!("/admin/users/{subject}"), "password"),
        Err(Problem::Refused(faults)) => show_page(&visit, &subject, faults).await,
        Err(problem) => visit.problem(&problem),
    }
}

/// `POST /admin/users/{sub}/lock`
pub async fn lock(app: web::Data<App>, request: HttpRequest, subject: web::Path<String>, body: FormBody) -> HttpResponse {
    match Visit::submit(&app, &request, &body).await {
        Ok((visit, _)) => visit.after(visit.office().lock_user(&subject).await, &format!("/admin/users/{subject}"), "locked"),
        Err(response) => response,
    }
}

/// `POST /admin/users/{sub}/unlock`
pub async fn unlock(app: web::Data<App>, request: HttpRequest, subject: web::Path<String>, body: FormBody) -> HttpResponse {
    match Visit::submit(&app, &request, &body).await {
        Ok((visit, _)) => visit.after(visit.office().unlock_user(&subject).await, &format!("/admin/users/{subject}"), "unlocked"),
        Err(response) => response,
    }
}

/// `POST /admin/users/{sub}/sessions/revoke`
pub async fn end_sessions(app: web::Data<App>, request: HttpRequest, subject: web::Path<String>, body: FormBody) -> HttpResponse {
    match Visit::submit(&app, &request, &body).await {
        Ok((visit, _)) => visit.after(visit.office().end_all_sessions(&subject, None).await, &format!("/admin/users/{subject}"), "ended"),
        Err(response) => response,
    }
}

/// `POST /admin/users/{sub}/sessions/{session_id}/revoke`
pub async fn end_session(app: web::Data<App>, request: HttpRequest, path: web::Path<(String, Uuid)>, body: FormBody) -> HttpResponse {
    let (subject, session) = path.into_inner();
    match Visit::submit(&app, &request, &body).await {
        Ok((visit, _)) => visit.after(visit.office().end_session(&subject, session).await, &format!("/admin/users/{subject}"), "ended"),
        Err(response) => response,
    }
}

/// `POST /admin/users/{sub}/apps/{client_id}/revoke`
pub async fn disconnect(app: web::Data<App>, request: HttpRequest, path: web::Path<(String, String)>, body: FormBody) -> HttpResponse {
    let (subject, client_id) = path.into_inner();
    match Visit::submit(&app, &request, &body).await {
        Ok((visit, _)) => {
            visit.after(visit.office().disconnect_app(&subject, &client_id).await, &format!("/admin/users/{subject}"), "disconnected")
        }
        Err(response) => response,
    }
}

/// `GET /admin/users/{sub}/delete`
pub async fn delete_form(app: web::Data<App>, request: HttpRequest, subject: web::Path<String>) -> HttpResponse {
    let visit = match Visit::enter(&app, &request).await {
        Ok(visit) => visit,
        Err(response) => return response,
    };
    match visit.office().user(&subject).await {
        Ok(user) => visit.render(&Delete { page: visit.card(), user }, StatusCode::OK),
        Err(problem) => visit.problem(&problem),
    }
}

/// `POST /admin/users/{sub}/delete`
pub async fn delete(app: web::Data<App>, request: HttpRequest, subject: web::Path<String>, body: FormBody) -> HttpResponse {
    match Visit::submit(&app, &request, &body).await {
        Ok((visit, _)) => visit.after(visit.office().delete_user(&subject).await, "/admin/users", "deleted"),
        Err(response) => response,
    }
}

async fn show_page(visit: &Visit, subject: &str, faults: Faults) -> HttpResponse {
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    match visit.office().user_overview(subject).await {
        Ok(overview) => {
            let oneself = subject == visit.administrator.subject();
            visit.render(&Show { page: visit.page(SECTION), overview, oneself, faults }, status)
        }
        Err(problem) => visit.problem(&problem),
    }
}

async fn edit_page(visit: &Visit, user: Option<User>, form: Form, faults: Faults) -> HttpResponse {
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    match visit.office().list_groups().await {
        Ok(groups) => {
            let groups = groups.into_iter().map(|group| group.name).collect();
            visit.render(&Edit { page: visit.page(SECTION), user, groups, form, faults }, status)
        }
        Err(problem) => visit.problem(&problem),
    }
}

/// The form again with everything that was typed but the password, and what is wrong beside each field.
async fn edit_again(visit: &Visit, user: Option<User>, typed: Form, problem: &Problem) -> HttpResponse {
    match problem {
        Problem::Refused(_) | Problem::Exists(_) => edit_page(visit, user, typed, problem.faults()).await,
        _ => visit.problem(problem),
    }
}
