alter table grants drop column authorization_details;
alter table consents drop column authorization_details;
drop table authorization_types;
