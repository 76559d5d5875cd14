# The portal, its worker and its beat: one image, three commands (docker-compose.yml).
FROM python:3.11-slim-bookworm

RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/*

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 RCPOOL_VENV=/opt/rcpool COLLECTED_STATIC=1 STATIC_ROOT=/srv/static

WORKDIR /srv/rcpool
COPY pyproject.toml dev.py ./
COPY config/__init__.py config/__init__.py
COPY config/dev config/dev
RUN python -c "from config.dev import venv; venv.make(())"

COPY . .
ENV PATH=/opt/rcpool/bin:$PATH DJANGO_SETTINGS_MODULE=config.settings MEDIA_ROOT=/srv/media
# Settings ask for keys; nothing that is made here keeps these.
RUN python -c "from config.dev import words; words.compile_changed()" \
    && DJANGO_SECRET_KEY=unused FIELD_KEY=unused DATABASE_URL=postgresql://unused@/unused REDIS_URL=redis://unused \
       python manage.py collectstatic --noinput \
    && useradd --system --uid 10001 --home-dir /srv --shell /usr/sbin/nologin rcpool \
    && mkdir -p /srv/media /srv/beat \
    && chown rcpool:rcpool /srv/media /srv/beat

USER rcpool
EXPOSE 8000
CMD ["gunicorn", "config.wsgi", "--bind", "0.0.0.0:8000", "--workers", "3", "--threads", "4", "--no-control-socket"]
