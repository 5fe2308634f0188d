#!/usr/bin/env bash
# The development environment in containers.
#
#   ./run_docker_dev.sh           set up, start, import the sample catalog, follow the logs (Ctrl-C leaves it running)
#   ./run_docker_dev.sh restart   build what has changed, restart dispatchers, agents and mock; the database goes on
#   ./run_docker_dev.sh logs      follow the logs
#   ./run_docker_dev.sh stop      stop; data is kept
#   ./run_docker_dev.sh clean     stop and throw the data away
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

readonly URL=http://localhost:8001
readonly PROGRAMS=(dispatcher-1 dispatcher-2 mock agent-1 agent-2)

fail() {
    echo "run_docker_dev.sh: $*" >&2
    exit 1
}

if [[ ${1:-} == -h || ${1:-} == --help ]]; then
    sed -n '2,9s/^# \{0,1\}//p' "$0"
    exit
fi

command -v docker >/dev/null || fail "docker is needed and not on PATH; ./rescue demo needs none."
docker info >/dev/null 2>&1 || fail "the Docker engine does not answer; start it, or try ./rescue demo, which needs none."
if docker compose version >/dev/null 2>&1; then
    compose=(docker compose)
elif command -v docker-compose >/dev/null; then
    compose=(docker-compose)
else
    fail "neither 'docker compose' nor docker-compose is installed."
fi
# docker-compose and Docker before 23 build without BuildKit unless told; the Dockerfile needs it.
export DOCKER_BUILDKIT=1

await() {
    local left=120
    until curl -fsS -o /dev/null "$URL/health/readiness" 2>/dev/null; do
        ((left-- > 0)) || fail "no answer at $URL; see ${compose[*]} logs"
        sleep 1
    done
}

import_sample() {
    curl -fsS http://localhost:8090/data.json |
        curl -fsS -X POST -H 'Content-Type: application/json' \
            ${RESCUE_OPERATOR_KEY:+-H "Authorization: Bearer $RESCUE_OPERATOR_KEY"} --data-binary @- "$URL/catalogs?name=sample"
    echo
}

case ${1:-start} in
    start)
        "${compose[@]}" up --build -d
        await
        import_sample
        echo "dispatcher: $URL   docs: $URL/docs   stop: $0 stop"
        "${compose[@]}" logs -f "${PROGRAMS[@]}"
        ;;
    restart)
        "${compose[@]}" build dispatcher-1
        "${compose[@]}" up -d --force-recreate --no-deps "${PROGRAMS[@]}"
        await
        echo "dispatcher: $URL"
        ;;
    logs) "${compose[@]}" logs -f "${PROGRAMS[@]}" ;;
    stop) "${compose[@]}" stop ;;
    clean) "${compose[@]}" down -v ;;
    *)
        echo "usage: $0 [start|restart|logs|stop|clean]" >&2
        exit 2
        ;;
esac
