import type { Stanza } from "../hcl/decode.ts";

/** Keys of the server's listeners, which Vault Agent reads with the same code; of some it looks at the value. */
const TEXTS = [
	"purpose",
	"cluster_address",
	"proxy_protocol_behavior",
	"proxy_protocol_authorized_addrs",
	"x_forwarded_for_authorized_addrs",
	"x_forwarded_for_client_cert_header",
	"x_forwarded_for_client_cert_decoders",
	"socket_mode",
	"socket_user",
	"socket_group",
	"cors_allowed_origins",
	"cors_allowed_headers",
	"custom_response_headers",
	"proxy_api",
	"telemetry",
	"profiling",
	"inflight_requests_logging",
];

const DURATIONS = [
	"max_request_duration",
	"http_read_timeout",
	"http_read_header_timeout",
	"http_write_timeout",
	"http_idle_timeout",
];

const BOOLS = [
	"require_request_header",
	"x_forwarded_for_reject_not_present",
	"x_forwarded_for_reject_not_authorized",
	"x_forwarded_for_client_cert_keep_not_forwarded",
	"x_forwarded_for_client_cert_keep_unauthorized",
	"cors_enabled",
	"cors_allow_credentials",
	"disable_unauthed_rekey_endpoints",
	"disable_unauthed_generate_root_endpoints",
];

const INTEGERS = [
	"max_request_size",
	"max_request_json_memory",
	"max_request_json_strings",
	"x_forwarded_for_hop_skips",
];

/** Reads what has no meaning here, so that what cannot be read is refused. */
export function ignoreServerKeys(stanza: Stanza): void {
	stanza.ignore(...TEXTS);
	for (const key of DURATIONS) stanza.duration(key);
	for (const key of BOOLS) stanza.bool(key);
	for (const key of INTEGERS) stanza.integer(key);
}
