# One image for the web server, the worker and the schedule; the command decides which one it is.
FROM python:3.13-slim

# "production", or "run" for an image that can also be the pretend AWS account.
ARG LOCK=production

ENV PYTHONUNBUFFERED=1 \
    PATH=/app/.venv/bin:$PATH \
    STATE=/state \
    STATIC_ROOT=/app/collected \
    LOG_JSON=1

WORKDIR /app
COPY requirements/${LOCK}.lock requirements/
RUN python -m venv .venv \
    && .venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements/${LOCK}.lock
COPY . .
# Settings make a secret key for the embedded default; it goes into a directory that this same line removes.
RUN STATE=/tmp/build python manage.py collectstatic --noinput --verbosity 0 \
    && rm -rf /tmp/build \
    && useradd --system --uid 10001 --home-dir /state --shell /usr/sbin/nologin console \
    && install -d -o console -m 700 /state

USER console
VOLUME /state
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "admin_ui.wsgi:application", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "4", "--no-ws"]
