drop table logout_deliveries;
drop table session_clients;
