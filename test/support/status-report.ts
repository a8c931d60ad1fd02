import type { StatusReport } from "../../src/status/mod.ts";

/** A report in which there is one of everything. */
export function someReport(over: Partial<StatusReport> = {}): StatusReport {
	return {
		version: "1.2.3",
		state: "ready",
		ready: true,
		missing: [],
		generation: { number: 2, age_seconds: 252 },
		token: {
			valid: true,
			method: "approle",
			accessor: "acc-1",
			ttl_seconds: 2460,
			renewed_seconds_ago: 1140,
		},
		secrets: [
			{
				path: "secret/data/llm/openai",
				kind: "kv2",
				version: 5,
				age_seconds: 252,
				next_seconds: 8,
				state: "fresh",
			},
			{
				path: "database/creds/model-server",
				kind: "lease",
				age_seconds: 720,
				next_seconds: 1680,
				lease_seconds: 2880,
				state: "held",
			},
		],
		files: [{ destination: "/vault/secrets/openai.env", mode: "0600", required: true, state: "current" }],
		variables: [{ name: "OPENAI_API_KEY", required: true, state: "current" }],
		child: {
			command: "litellm",
			state: "up",
			pid: 4188,
			up_seconds: 247,
			generation: 2,
			turn_overs: 1,
			restarts: 0,
		},
		notifications: { outstanding: 0 },
		...over,
	};
}
