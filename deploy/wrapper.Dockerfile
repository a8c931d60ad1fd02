# syntax=docker/dockerfile:1
#
# A gateway's own image with the agent in it, so that `agent run` starts the gateway:
#
#   docker build -f deploy/wrapper.Dockerfile --build-arg KEYTURN_IMAGE=registry.example/keyturn:0.1.0 \
#     -t registry.example/litellm-keyturn:1.98.0 deploy
#
# For any gateway whose image has glibc 2.28 or newer, libstdc++ and sh; the first RUN finds out.
ARG KEYTURN_IMAGE=registry.example/keyturn:0.1.0
ARG GATEWAY_IMAGE=ghcr.io/berriai/litellm-non_root:v1.98.0

FROM ${KEYTURN_IMAGE} AS keyturn

FROM ${GATEWAY_IMAGE}
# Node, tini and the agent are one folder, and nothing of it stands on the gateway's PATH.
COPY --from=keyturn /opt/keyturn /opt/keyturn
RUN ["/opt/keyturn/bin/agent", "--version"]
USER 65532:65532
STOPSIGNAL SIGTERM
ENTRYPOINT ["/opt/keyturn/bin/tini", "-s", "--", "/opt/keyturn/bin/agent", "run"]
# The config says what comes from where, and with exec.command what is started:
# [/app/docker/prod_entrypoint.sh, --port, "{{port}}", --config, /etc/litellm/config.yaml] for LiteLLM, with on_change: rolling.
CMD ["-c", "/etc/keyturn/agent.yaml"]
