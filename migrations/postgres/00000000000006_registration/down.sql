drop table registration_tokens;
drop table dynamic_clients;
