import type { Stanza } from "../hcl/decode.ts";
import type { Mapping } from "../mapping.ts";
import { flag, list, word } from "../stanzas/values.ts";

/** Where metrics would be sent. */
const TARGETS = [
	"statsite_address",
	"statsd_address",
	"dogstatsd_addr",
	"circonus_api_token",
	"circonus_submission_url",
	"stackdriver_project_id",
];

/** What goes with these targets alone. */
const OF_TARGETS = [
	"circonus_api_app",
	"circonus_api_url",
	"circonus_submission_interval",
	"circonus_check_id",
	"circonus_check_force_metric_activation",
	"circonus_check_instance_id",
	"circonus_check_search_tag",
	"circonus_check_tags",
	"circonus_check_display_name",
	"circonus_broker_id",
	"circonus_broker_select_tag",
	"stackdriver_location",
	"stackdriver_namespace",
];

/** What the names of metrics would look like, and which of them there are. */
const PREFIX = "metrics_prefix";
const FILTER = "prefix_filter";
const NAME_FLAGS = ["enable_hostname_label", "filter_default"];

/** `telemetry { … }`: metrics are there for whoever asks the listener for them. */
export function telemetry(top: Stanza, hasOwnListener: boolean, mapping: Mapping): void {
	const stanza = top.block("telemetry");
	if (stanza === undefined) return;
	const { findings } = mapping;
	for (const key of ["disable_hostname", "stackdriver_debug_logs", "add_lease_metrics_namespace_labels"])
		flag(stanza, key, mapping);
	for (const key of NAME_FLAGS) flag(stanza, key, mapping);
	for (const key of ["maximum_gauge_cardinality", "num_lease_metrics_buckets"]) stanza.integer(key);
	for (const key of ["usage_gauge_period", "lease_metrics_epsilon"]) optionalDuration(stanza, key);
	stanza.duration("prometheus_retention_time");
	for (const key of [...TARGETS, ...OF_TARGETS, PREFIX]) word(stanza, key, mapping);
	for (const key of ["dogstatsd_tags", FILTER]) list(stanza, key, mapping);
	const unsent = TARGETS.filter((key) => stanza.has(key));
	if (unsent.length > 0)
		findings.warn(
			stanza.place,
			`telemetry: ${unsent.join(", ")}: metrics are not sent; Prometheus reads them from a listener with role = "metrics_only"`,
		);
	else if (!hasOwnListener)
		findings.warn(
			stanza.place,
			'telemetry: nobody can read the metrics; add a listener with role = "metrics_only"',
		);
	const renamed = [PREFIX, FILTER, ...NAME_FLAGS].filter((key) => stanza.has(key));
	if (renamed.length > 0)
		findings.warn(stanza.place, `telemetry: ${renamed.join(", ")}: the metrics have names of their own`);
	stanza.done();
}

/** Also `"none"`. */
function optionalDuration(stanza: Stanza, key: string): void {
	if (stanza.text(key)?.value !== "none") stanza.duration(key);
}
