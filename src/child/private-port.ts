import type { Ask, Probes } from "./ports.ts";
import { REFUSED } from "./question.ts";

/**
 * Asks as the probes do and, of a child that says that it can serve, whether it listens on its private port: what was
 * asked may be somewhere else.
 */
export function requiringPrivatePort(probes: Probes, port: number): Probes {
	const nobody = `nothing listens on its private port ${port}; does it take PORT or {{port}}?`;
	const askAll = (ask: Ask): Ask => {
		return async (question, signal) => {
			const refusal = await ask(question, signal);
			const isPrivate = "privatePort" in question && question.privatePort !== undefined;
			if (isPrivate) return refusal === REFUSED ? nobody : refusal;
			if (refusal !== undefined) return refusal;
			const there = await ask({ kind: "tcp", host: "127.0.0.1", port, privatePort: port }, signal);
			return there === REFUSED ? nobody : there;
		};
	};
	return { load: async () => askAll(await probes.load()) };
}
