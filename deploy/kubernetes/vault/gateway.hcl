path "secret/data/llm/openai" { capabilities = ["read"] }
path "secret/data/llm/anthropic" { capabilities = ["read"] }
path "secret/data/llm/litellm" { capabilities = ["read"] }
