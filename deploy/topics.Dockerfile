# Creates the streams that topics.yaml lists, and ends.
FROM python:3.13-slim-trixie
COPY requirements.lock deploy/local/installer.lock /src/
RUN python -m venv /tool && /tool/bin/pip install --no-cache-dir --require-hashes -r /src/installer.lock \
 && python -m venv /app/venv \
 && UV_SYSTEM_CERTS=true /tool/bin/uv pip install --python /app/venv/bin/python --no-cache --constraint /src/requirements.lock aiokafka pyyaml
COPY deploy/topics.py deploy/topics.yaml /app/deploy/
WORKDIR /app
ENTRYPOINT ["/app/venv/bin/python", "-m", "deploy.topics"]
