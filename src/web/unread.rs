//! Answers that are given before the request has ended.
//!
//! Of a body in chunks that nobody holds any more, actix-http reads the rest before it closes the connection, for as long as chunks come.
//! While somebody holds it, it closes the connection after the answer, as it does with every other body.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header;
use actix_web::web::Bytes;
use futures_util::{StreamExt as _, stream};

/// The body of a request, for as long as its answer needs.
pub struct Unread(Option<Rc<RefCell<Payload>>>);

impl std::fmt::Debug for Unread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Unread")
    }
}

/// RFC 9112 §7.1: only a body in chunks has no end that is known beforehand.
pub fn keep(request: &mut ServiceRequest) -> Unread {
    let (head, payload) = request.parts_mut();
    if !matches!(payload, Payload::H1 { .. }) || !head.headers().contains_key(header::TRANSFER_ENCODING) {
        return Unread(None);
    }
    let kept = Rc::new(RefCell::new(payload.take()));
    let read = kept.clone();
    *payload = Payload::Stream { payload: Box::pin(stream::poll_fn(move |context| read.borrow_mut().poll_next_unpin(context))) };
    Unread(Some(kept))
}

impl Unread {
    /// Lets go of the body when the last byte of the answer is on its way: RFC 9112 §9.6 has the server close the connection then.
    pub fn until_sent(self, mut response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
        let Some(unread) = self.0 else { return response };
        // An answer without a body has nothing else to keep it in.
        response.response_mut().extensions_mut().insert(unread.clone());
        response.map_body(|_, answer| BoxBody::new(Sent { answer, _unread: unread }))
    }
}

struct Sent {
    answer: BoxBody,
    _unread: Rc<RefCell<Payload>>,
}

impl MessageBody for Sent {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.answer.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.answer).poll_next(context)
    }
}
