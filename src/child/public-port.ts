import type { FrontSpec } from "./front/front.ts";
import type { Probes, Question } from "./ports.ts";

/**
 * Asks as the probes do and, where a child cannot serve yet, whether somebody listens on the public address, which
 * nobody did when the child was started.
 */
export function watchingPublicPort(probes: Probes, listen: FrontSpec["listen"], onTaken: () => void): Probes {
	if (listen.kind === "unix") return probes; // no child takes that by accident
	const { host, port } = listen;
	// Who listens on all addresses of either family is found here; who connects to `::` finds no IPv4.
	const isAny = host === "0.0.0.0" || host === "::";
	const question: Question = { kind: "tcp", host: isAny ? "127.0.0.1" : host, port };
	return {
		load: async () => {
			const ask = await probes.load();
			return async (asked, signal) => {
				const refusal = await ask(asked, signal);
				if (refusal !== undefined && (await ask(question, signal)) === undefined) onTaken();
				return refusal;
			};
		},
	};
}
