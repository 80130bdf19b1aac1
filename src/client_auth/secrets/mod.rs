//! Whether a presented secret is one of the client's: RFC 6749 §2.3.1.

use uuid::Uuid;

use super::{Credentials, guesses, invalid_client};
use crate::app::App;
use crate::failure::Failure;
use crate::hashing::password;
use crate::model::client::{Client, ClientSecret, SecretHash};
use crate::sealing::{Purpose, Sealer};
use crate::secret::{Secret, TokenHash};

/// Compares in constant time with each live secret. One that authy made, or that is long enough to sign with, is known at once, however many
/// wrong ones were tried before: nobody guesses 256 bits. Another one that was brought may be weak, so a try counts before it is looked at;
/// it is hashed off the workers, and the verdict kept for a few minutes, since a slow hash per token request would let anybody keep the
/// processor busy.
///
/// # Errors
/// `invalid_client`, a refusal (429) for one wrong secret too many, or busy when the hashing queue is full.
pub async fn fits(app: &App, client: &Client, presented: &Secret<String>, credentials: &Credentials) -> Result<(), Failure> {
    let hash = TokenHash::of(presented.expose());
    if is_one_of(app, client, hash) {
        return Ok(());
    }
    Box::pin(try_out(app, client, (presented, hash), credentials)).await
}

async fn try_out(
    app: &App,
    client: &Client,
    (presented, hash): (&Secret<String>, TokenHash),
    credentials: &Credentials,
) -> Result<(), Failure> {
    let key = (client.client_id.clone(), hash);
    // A program that starts sends many requests at once, all with the same secret: it is one try if it is right.
    let _turn = app.caches.client_secret_turns.take(&key).await;
    if is_one_of(app, client, hash) {
        return Ok(());
    }
    let guess = guesses::admit(app, client, credentials).await?;
    let verdict = brought(app, client, presented).await;
    if !matches!(verdict, Ok(None)) {
        guess.take_back(app).await?;
    }
    let id = verdict?.ok_or_else(|| invalid_client().because("unknown client or wrong secret"))?;
    app.caches.client_secrets.put(key, id);
    Ok(())
}

fn is_one_of(app: &App, client: &Client, presented: TokenHash) -> bool {
    client.live_secrets(app.now()).any(|secret| is_known(app, client, secret, presented))
}

fn is_known(app: &App, client: &Client, secret: &ClientSecret, presented: TokenHash) -> bool {
    match &secret.hash {
        SecretHash::Bcrypt(_) => app.caches.client_secrets.get(&(client.client_id.clone(), presented)) == Some(secret.id),
        at_once => is_of(at_once, presented, &app.sealer),
    }
}

/// Whether it is the hash, or the sealed form, of the presented secret; compares in constant time. One that is hashed slowly is not looked at.
pub fn is_of(kept: &SecretHash, presented: TokenHash, sealer: &Sealer) -> bool {
    match kept {
        SecretHash::Sha256(stored) => *stored == presented,
        SecretHash::Bcrypt(_) => false,
        SecretHash::Sealed(_) => recovered(kept, sealer).is_some_and(|stored| TokenHash::of(stored.expose()) == presented),
    }
}

/// Which of the secrets that were brought it is.
async fn brought(app: &App, client: &Client, presented: &Secret<String>) -> Result<Option<Uuid>, Failure> {
    for secret in client.live_secrets(app.now()) {
        let SecretHash::Bcrypt(stored) = &secret.hash else { continue };
        let (candidate, stored) = (presented.clone(), stored.clone());
        let verdict = app.hashing.run(move || password::verify(candidate.expose(), stored.expose())).await;
        if verdict.ok_or_else(|| Failure::Busy("the hashing queue is full".into()))? {
            return Ok(Some(secret.id));
        }
    }
    Ok(None)
}

/// A secret that is kept sealed, since its client signs with it (OIDC Core §10.1).
pub fn recovered(hash: &SecretHash, sealer: &Sealer) -> Option<Secret<String>> {
    let SecretHash::Sealed(sealed) = hash else { return None };
    String::from_utf8(sealer.open(Purpose::Stored, sealed)?).ok().map(Secret::new)
}
