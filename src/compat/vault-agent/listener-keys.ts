import type { Stanza } from "../hcl/decode.ts";
import type { Mapping } from "../mapping.ts";
import { list, word } from "../stanzas/values.ts";

/** Keys of the server's listeners, which Vault Agent reads with the same code; of some it looks at the value. */
const ANYTHING = [
	"purpose",
	"proxy_protocol_authorized_addrs",
	"x_forwarded_for_authorized_addrs",
	"custom_response_headers",
];

const TEXTS = [
	"cluster_address",
	"proxy_protocol_behavior",
	"x_forwarded_for_client_cert_header",
	"socket_mode",
	"socket_user",
	"socket_group",
];

const LISTS = ["x_forwarded_for_client_cert_decoders", "cors_allowed_origins", "cors_allowed_headers"];

const BLOCKS = ["proxy_api", "telemetry", "profiling", "inflight_requests_logging"];

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
export function ignoreServerKeys(stanza: Stanza, mapping: Mapping): void {
	stanza.ignore(...ANYTHING);
	for (const key of TEXTS) word(stanza, key, mapping);
	for (const key of LISTS) list(stanza, key, mapping);
	for (const key of BLOCKS) stanza.block(key);
	for (const key of DURATIONS) stanza.duration(key);
	for (const key of BOOLS) stanza.bool(key);
	for (const key of INTEGERS) stanza.integer(key);
}
