/** Variables that would make the agent, the server or the gateway another than the one shown. */
const FOREIGN = /^(VAULT|BAO|AGENT|OPENAI)_|^(HOST|PORT|KEY_FILE|LATENCY_MS|NODE_OPTIONS|npm_.*)$/;

/** The environment of whoever started the demo, without what would change what it shows. */
export function cleanEnvironment(): Record<string, string> {
	return Object.fromEntries(
		Object.entries(process.env).filter(
			(entry): entry is [string, string] => entry[1] !== undefined && !FOREIGN.test(entry[0]),
		),
	);
}
