#!/bin/sh
# The container's way to the same file: passwords come from its environment.
set -eu
psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d postgres \
    -v referrals="'$REFERRALS_PASSWORD'" -v register="'$REGISTER_PASSWORD'" \
    -v safeguarding="'$SAFEGUARDING_PASSWORD'" -v notifications="'$NOTIFICATIONS_PASSWORD'" \
    -f /cme/init.sql
