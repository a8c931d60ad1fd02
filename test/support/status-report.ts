import type { ChildReport, StatusReport } from "../../src/status/mod.ts";

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

/** A child in rolling, with another that gets ready and two that end what they had begun. */
export function handingOver(over: Partial<ChildReport> = {}): ChildReport {
	return {
		command: "litellm",
		state: "up",
		pid: 4188,
		port: 41_873,
		up_seconds: 247,
		generation: 2,
		turn_overs: 1,
		restarts: 0,
		next: { pid: 4201, generation: 3 },
		draining: [
			{ pid: 4121, generation: 1, draining_seconds: 12, open: 3 },
			{ pid: 4007, generation: 1, draining_seconds: 31, open: 1 },
		],
		front: {
			address: "0.0.0.0:4000",
			open: true,
			connections: 42,
			waiting: 0,
			accepted: 1300,
			failed: 0,
			cut: 0,
		},
		...over,
	};
}
