alter table consents drop column destinations;
