//! What happened, in one vocabulary.

use serde_json::Value;

use crate::clock::Timestamp;
use crate::entropy::Entropy;
use crate::model::audit::AuditEvent;
pub const CODE_REPLAYED: &str = "code_replayed"; pub const REFRESH_REUSE: &str = "refresh_reuse"; pub const GRANT_REVOKED: &str = "grant.revoked"; pub const SESSION_STARTED: &str = "session.started"; pub const SESSION_ENDED: &str = "session.ended";
pub const CONSENT_GIVEN:&str="consent.given"; pub const CONSENT_WITHDRAWN:&str="consent.withdrawn"; pub const PASSWORD_CHANGED:&str="password.changed"; pub const PASSWORD_REHASHED:&str="password.rehashed"; pub const USER_CREATED:&str="user.created"; pub const USER_UPDATED:&str="user.updated";
/// b
#[derive(Debug)] pub struct EventBuilder(AuditEvent);
pub fn event(entropy: &dyn Entropy, at: Timestamp, kind: &str, actor: &str) -> EventBuilder { EventBuilder(AuditEvent{id:entropy.uuid(),at,kind:kind.to_owned(),actor:actor.to_owned(),subject:None,client_id:None,detail:Value::Null}) }
impl EventBuilder { pub fn subject(mut self,s:&str)->Self{self.0.subject=Some(s.to_owned());self} pub fn client(mut self,s:&str)->Self{self.0.client_id=Some(s.to_owned());self} pub fn detail(mut self,v:Value)->Self{self.0.detail=v;self} pub fn build(self)->AuditEvent{self.0} }
