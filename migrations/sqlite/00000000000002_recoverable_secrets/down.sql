alter table client_secrets drop column sealed;
