#!/bin/sh
# Takes POSTGRES_DB, POSTGRES_USER and POSTGRES_PASSWORD and keeps its data where the public image does.
set -eu
PATH="$(echo /usr/lib/postgresql/*/bin):$PATH"
export PATH PGDATA=/var/lib/postgresql/data
as() { setpriv --reuid=postgres --regid=postgres --init-groups "$@"; }
# The tools of this version are found by "docker exec", too.
ln -sf /usr/lib/postgresql/*/bin/* /usr/local/bin/
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    chown postgres: "$PGDATA"
    chmod 0700 "$PGDATA"
    umask 077
    printf '%s' "$POSTGRES_PASSWORD" >/run/password
    chown postgres: /run/password
    as initdb --username="$POSTGRES_USER" --pwfile=/run/password --auth-local=trust --auth-host=scram-sha-256 \
        --encoding=UTF8 --locale=C.UTF-8 --no-sync >/dev/null
    rm /run/password
    echo "host all all all scram-sha-256" >>"$PGDATA/pg_hba.conf"
    echo "CREATE DATABASE \"$POSTGRES_DB\"" | as postgres --single -F postgres >/dev/null
fi
mkdir -p /run/postgresql
chown postgres: /run/postgresql
exec setpriv --reuid=postgres --regid=postgres --init-groups "$@" -c "listen_addresses=*"
