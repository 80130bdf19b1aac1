alter table users drop column approvals_from;
