drop table authentication_requests;
