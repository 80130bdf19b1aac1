//! Whether a presented secret is one of the client's: RFC 6749 §2.3.1.

use super::invalid_client;
use crate::app::App;
use crate::failure::Failure;
use crate::hashing::password;
use crate::model::client::{Client, SecretHash};
use crate::sealing::{Purpose, Sealer};
use crate::secret::{Secret, TokenHash};

/// Compares in constant time with each live secret; a brought secret is hashed off the workers and its verdict kept for a few minutes,
/// since a slow hash per token request would let anybody keep the processor busy.
///
/// # Errors
/// `invalid_client`, or busy when the hashing queue is full.
pub async fn fits(app: &App, client: &Client, presented: &Secret<String>) -> Result<(), Failure> {
    let now = app.now();
    let presented_hash = TokenHash::of(presented.expose());
    let live = client.secrets.iter().filter(|secret| secret.expires_at.is_none_or(|end| now < end));
    for secret in live {
        match &secret.hash {
            SecretHash::Sha256(stored) if *stored == presented_hash => return Ok(()),
            SecretHash::Sha256(_) => {}
            sealed @ SecretHash::Sealed(_) => {
                if recovered(sealed, &app.sealer).is_some_and(|stored| TokenHash::of(stored.expose()) == presented_hash) {
                    return Ok(());
                }
            }
            SecretHash::Bcrypt(stored) => {
                let key = (client.client_id.clone(), presented_hash);
                if app.caches.client_secrets.get(&key) == Some(secret.id) {
                    return Ok(());
                }
                let (candidate, stored) = (presented.clone(), stored.clone());
                let verdict = app.hashing.run(move || password::verify(candidate.expose(), stored.expose())).await;
                match verdict {
                    None => return Err(Failure::Busy("the hashing queue is full".into())),
                    Some(false) => {}
                    Some(true) => {
                        app.caches.client_secrets.put(key, secret.id);
                        return Ok(());
                    }
                }
            }
        }
    }
    Err(invalid_client().because("unknown client or wrong secret").into())
}

/// A secret that is kept sealed, since its client signs with it (OIDC Core §10.1).
pub fn recovered(hash: &SecretHash, sealer: &Sealer) -> Option<Secret<String>> {
    let SecretHash::Sealed(sealed) = hash else { return None };
    String::from_utf8(sealer.open(Purpose::Stored, sealed)?).ok().map(Secret::new)
}
