import type { Question, ReadyProbe, RollingSpec } from "./ports.ts";

/** The answer of an address on which nobody listens. */
export const REFUSED = "connection refused";

/** What is asked of a child whose address and environment are known now. */
export interface Addressee {
	/** The private port; there is one in rolling alone. */
	readonly port?: number;
	/** How the child is told on the private port who connects; `none` when absent. */
	readonly proxyProtocol?: RollingSpec["proxyProtocol"];
	readonly environment: () => Readonly<Record<string, string>>;
}

/** @throws TypeError for a probe of the private port where there is none */
export function questionOf(
	probe: ReadyProbe,
	{ port, proxyProtocol = "none", environment }: Addressee,
): Question {
	switch (probe.kind) {
		case "http":
		case "tcp":
			return probe;
		case "command":
			return { kind: "command", command: withPort(probe.command, port), env: environment() };
		case "http-path":
			return {
				kind: "http",
				url: `http://127.0.0.1:${known(port)}${probe.path}`,
				privatePort: known(port),
				...(proxyProtocol !== "none" && { proxyProtocol }),
			};
		case "tcp-private":
			return { kind: "tcp", host: "127.0.0.1", port: known(port), privatePort: known(port) };
		default:
			return probe satisfies never;
	}
}

/** A command as it is run by a child with this private port. */
export function withPort(
	[program, ...args]: readonly [string, ...string[]],
	port: number | undefined,
): readonly [string, ...string[]] {
	const written = (word: string) => (port === undefined ? word : word.replaceAll("{{port}}", String(port)));
	return [written(program), ...args.map(written)];
}

/** What is asked, for people: of a URL no more than can hold no password, of a command the program alone. */
export function wordsOf(question: Question): string {
	switch (question.kind) {
		case "http": {
			const { origin, pathname } = new URL(question.url);
			return `GET ${origin}${pathname}`;
		}
		case "tcp":
			return `connection to ${question.host}:${question.port}`;
		case "command":
			return question.command[0];
		default:
			return question satisfies never;
	}
}

function known(port: number | undefined): number {
	if (port === undefined) throw new TypeError("Cannot ask the child: it has no private port");
	return port;
}
