CREATE TABLE half (id int);
INSERT INTO half VALUES (1);
SET LOCAL statement_timeout = '5s';
SELECT nothing FROM half;
