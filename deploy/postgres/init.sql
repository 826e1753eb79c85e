-- Four databases, four roles, none of which may enter another's. Run once by an administrator:
--     psql -v referrals="'...'" -v register="'...'" -v safeguarding="'...'" -v notifications="'...'" -f init.sql
CREATE ROLE referrals LOGIN PASSWORD :referrals;
CREATE ROLE register LOGIN PASSWORD :register;
CREATE ROLE safeguarding LOGIN PASSWORD :safeguarding;
CREATE ROLE notifications LOGIN PASSWORD :notifications;

CREATE DATABASE referrals OWNER referrals;
CREATE DATABASE register OWNER register;
CREATE DATABASE safeguarding OWNER safeguarding;
CREATE DATABASE notifications OWNER notifications;

REVOKE ALL ON DATABASE referrals, register, safeguarding, notifications FROM PUBLIC;
REVOKE CONNECT ON DATABASE postgres FROM PUBLIC;

-- A failed statement and its DETAIL quote the row, which may be a child's.
ALTER SYSTEM SET log_min_error_statement = 'panic';
ALTER SYSTEM SET log_error_verbosity = 'terse';
SELECT pg_reload_conf();
