#!/bin/sh
# Tells the app where its broker is, then becomes the command.
set -eu

# RabbitMQ runs only under its profile. A stopped service has no name in the network, so the name tells.
present_broker() {
    if getent hosts rabbitmq >/dev/null; then echo rabbitmq; else echo redis; fi
}

broker_url() {
    case "${BROKER:-$(present_broker)}" in
        redis) echo "redis://:$REDIS_PASSWORD@redis:6379/0" ;;
        rabbitmq) echo "amqp://queuelab:$RABBITMQ_PASSWORD@rabbitmq:5672//" ;;
        *) echo "BROKER is '$BROKER': it must be redis or rabbitmq, or empty for whichever runs." >&2; return 1 ;;
    esac
}

if [ -z "${CELERY_BROKER_URL:-}" ]; then
    CELERY_BROKER_URL=$(broker_url)
    export CELERY_BROKER_URL
fi
exec "$@"
