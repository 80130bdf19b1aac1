alter table consents drop column seen;
