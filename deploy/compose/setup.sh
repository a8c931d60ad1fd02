#!/bin/sh
# What the service `setup` of compose.yaml does at every start; what is there already stays. Needs BAO_ADDR and BAO_TOKEN.
set -eu

bao auth list | grep -q '^approle/' || bao auth enable approle
bao policy write litellm - <<'POLICY'
path "secret/data/llm/openai" { capabilities = ["read"] }
path "secret/data/llm/litellm" { capabilities = ["read"] }
POLICY
bao write auth/approle/role/litellm token_policies=litellm token_ttl=1h token_max_ttl=24h
bao kv get secret/llm/openai >/dev/null 2>&1 || bao kv put secret/llm/openai api_key=sk-none-yet
bao kv get secret/llm/litellm >/dev/null 2>&1 ||
	bao kv put secret/llm/litellm master_key="sk-$(head -c 24 /dev/urandom | base64 | tr -d '+/=\n')"

login=${LOGIN:-/login}
umask 077
bao read -field=role_id auth/approle/role/litellm/role-id >"$login/role-id"
bao write -field=secret_id -f auth/approle/role/litellm/secret-id >"$login/secret-id"
# For the user of the image.
chown 65532:65532 "$login/role-id" "$login/secret-id"
