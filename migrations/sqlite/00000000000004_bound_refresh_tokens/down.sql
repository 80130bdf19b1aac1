alter table refresh_tokens drop column confirmation;
