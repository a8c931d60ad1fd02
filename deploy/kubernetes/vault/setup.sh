#!/bin/sh
# What Vault has to know, once: who may log in, and what it may read. Needs VAULT_ADDR and a token that may set it up.
# With OpenBao: VAULT=bao sh setup.sh
#
# For a Vault outside of the cluster name the cluster, and what Vault asks it with:
#   KUBERNETES_HOST=https://… sh setup.sh kubernetes_ca_cert=@ca.crt token_reviewer_jwt=@reviewer.jwt
set -eu
cd "$(dirname "$0")"
vault=${VAULT:-vault}

"$vault" auth list | grep -q '^kubernetes/' || "$vault" auth enable kubernetes
# Inside of the cluster Vault asks with its own service account, which reviewer.yaml lets it.
"$vault" write auth/kubernetes/config kubernetes_host="${KUBERNETES_HOST:-https://kubernetes.default.svc}" "$@"
# `agent validate -c agent.yaml` prints this policy for whatever the templates read.
"$vault" policy write gateway gateway.hcl
"$vault" write auth/kubernetes/role/gateway \
	bound_service_account_names=gateway \
	bound_service_account_namespaces=ai \
	audience=vault \
	token_policies=gateway \
	token_ttl=1h \
	token_max_ttl=24h
