-- Clients that sign assertions with their secret (client_secret_jwt) need it back; it is sealed with the master key.
alter table client_secrets add column sealed blob;
