//! The tables, once for both databases: the types it imports are native in each.

diesel::table! {
    use crate::store::sql::types::*;

    users (subject) {
        subject -> Text,
        username -> Text,
        email -> Nullable<Text>,
        email_verified -> Bool,
        name -> Nullable<Text>,
        claims -> Jsonb,
        admin -> Bool,
        locked_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        approvals_from -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use crate::store::sql::types::*;

    passwords (subject) {
        subject -> Text,
        hash -> Text,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    use crate::store::sql::types::*;

    groups (name) {
        name -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use crate::store::sql::types::*;

    group_members (group_name, subject) {
        group_name -> Text,
        subject -> Text,
    }
}

diesel::table! {
    use crate::store::sql::types::*;

    clients (client_id) {
        client_id -> Text,
        name -> Text,
        origin -> Text,
        enabled -> Bool,
        metadata -> Jsonb,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use crate::store::sql::types::*;

    client_secrets (id) {
        id -> Uuid,
        client_id -> Text,
        sha256 -> Nullable<Bytea>,
        bcrypt -> Nullable<Text>,
        created_at -> Timestamptz,
        expires_at -> Nullable<Timestamptz>,
        sealed -> Nullable<Bytea>,
    }
}

diesel::table! {
    use crate::store::sql::types::*;

    sessions (id) {
        id -> Uuid,
        token_hash -> Bytea,
        admin_token_hash -> Nullable<Bytea>,
        subject -> Text,
        sid -> Text,
        auth_time -> Timestamptz,
        amr -> Jsonb,
        acr -> Text,
        user_agent -> Text,
        address -> Text,
        created_at -> Timestamptz,
        last_seen_at -> Timestamptz,
        expires_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use crate::store::sql::types::*;

    consents (subject, client_id) {
        subject -> Text,
        client_id -> Text,
        scopes -> Jsonb,
        claims -> Jsonb,
        resources -> Jsonb,
        granted_at -> Timestamptz,
        expires_at -> Timestamptz,
        authorization_details -> Jsonb,
        destinations -> Jsonb,
    }
}

diesel::table! {
    use crate::store::sql::types::*;

    grants (id) {
        id -> Uuid,
        client_id -> Text,
        subject -> Nullable<Text>,
        session_id -> Nullable<Uuid>,
        offline -> Bool,
        scopes -> Nullable<Jsonb>,
        resources -> Nullable<Jsonb>,
        sid -> Nullable<Text>,
        auth_time -> Nullable<Timestamptz>,
        amr -> Nullable<Jsonb>,
        acr -> Nullable<Text>,
        claims_request -> Nullable<Jsonb>,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        revoked_at -> Nullable<Timestamptz>,
        authorization_details -> Nullable<Jsonb>,
    }
}

diesel::table! {
    use crate::store::sql::types::*;

    refresh_tokens (hash) {
        hash -> Bytea,
        grant_id -> Uuid,
        generation -> Int4,
        issued_at -> Timestamptz,
        expires_at -> Timestamptz,
        absolute_expires_at -> Timestamptz,
        rotated_at -> Nullable<Timestamptz>,
        confirmation -> Nullable<Jsonb>,
    }
}

diesel::table! {
    use crate::store::sql::types::*;

    signing_keys (kid) {
        kid -> Text,
        algorithm -> Text,
        public_jwk -> Jsonb,
        sealed_private_jwk -> Bytea,
        created_at -> Timestamptz,
        signs_from -> Timestamptz,
        signs_until -> Nullable<Timestamptz>,
        published_until -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use crate::store::sql::types::*;

    settings (name) {
        name -> Text,
        value -> Text,
    }
}

diesel::table! {
    use crate::store::sql::types::*;

    resources (uri) {
        uri -> Text,
        name -> Text,
        scopes -> Jsonb,
        signing_algorithm -> Text,
        access_token_lifetime -> Nullable<Int8>,
        introspection_clients -> Jsonb,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use crate::store::sql::types::*;

    revoked_tokens (jti) {
        jti -> Text,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    use crate::store::sql::types::*;

    audit_events (at, id) {
        id -> Uuid,
        at -> Timestamptz,
        kind -> Text,
        actor -> Text,
        subject -> Nullable<Text>,
        client_id -> Nullable<Text>,
        detail -> Jsonb,
    }
}

diesel::table! {
    use crate::store::sql::types::*;

    dynamic_clients (client_id) {
        client_id -> Text,
        token_hash -> Nullable<Bytea>,
        approved_at -> Nullable<Timestamptz>,
        last_used_at -> Timestamptz,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    use crate::store::sql::types::*;

    registration_tokens (id) {
        id -> Uuid,
        name -> Text,
        hash -> Bytea,
        uses_left -> Nullable<Int8>,
        created_at -> Timestamptz,
        expires_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use crate::store::sql::types::*;

    session_clients (sid, client_id) {
        sid -> Text,
        client_id -> Text,
        subject -> Text,
        first_at -> Timestamptz,
    }
}

diesel::table! {
    use crate::store::sql::types::*;

    logout_deliveries (sid, client_id) {
        sid -> Text,
        client_id -> Text,
        subject -> Text,
        attempts -> Int4,
        due_at -> Timestamptz,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use crate::store::sql::types::*;

    authentication_requests (id) {
        id -> Uuid,
        auth_req_id -> Bytea,
        client_id -> Text,
        subject -> Text,
        scopes -> Jsonb,
        resources -> Jsonb,
        binding_message -> Nullable<Text>,
        delivery -> Text,
        sealed -> Bytea,
        polling -> Jsonb,
        state -> Text,
        approval -> Nullable<Jsonb>,
        attempts -> Int4,
        notify_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        authorization_details -> Jsonb,
    }
}

diesel::table! {
    use crate::store::sql::types::*;

    authorization_types (kind) {
        kind -> Text,
        schema -> Jsonb,
        sentence -> Text,
        created_at -> Timestamptz,
    }
}

diesel::joinable!(passwords -> users (subject));
diesel::joinable!(group_members -> groups (group_name));
diesel::joinable!(group_members -> users (subject));
diesel::joinable!(client_secrets -> clients (client_id));
diesel::joinable!(dynamic_clients -> clients (client_id));
diesel::joinable!(sessions -> users (subject));
diesel::joinable!(authentication_requests -> clients (client_id));
diesel::joinable!(authentication_requests -> users (subject));
diesel::joinable!(consents -> users (subject));
diesel::joinable!(consents -> clients (client_id));
diesel::joinable!(grants -> clients (client_id));
diesel::joinable!(grants -> users (subject));
diesel::joinable!(refresh_tokens -> grants (grant_id));
diesel::joinable!(session_clients -> clients (client_id));

diesel::allow_tables_to_appear_in_same_query!(
    audit_events,
    authentication_requests,
    authorization_types,
    client_secrets,
    clients,
    consents,
    dynamic_clients,
    grants,
    group_members,
    groups,
    logout_deliveries,
    passwords,
    refresh_tokens,
    registration_tokens,
    resources,
    revoked_tokens,
    session_clients,
    sessions,
    settings,
    signing_keys,
    users,
);
