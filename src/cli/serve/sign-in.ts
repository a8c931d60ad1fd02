import { isLasting } from "../../agent/mod.ts";
import type { Config } from "../../config/mod.ts";
import { AgentError, type Log, Reminder } from "../../kernel/mod.ts";
import type { VaultLinks } from "../link/vault-links.ts";
import type { World } from "../world.ts";

interface SignInParts {
	readonly config: Config;
	readonly links: VaultLinks;
	readonly world: World;
	readonly log: Log;
}

/** How often one that waits asks for the token. A login that has failed keeps pauses of its own. */
const ASK_EVERY_MS = 1000;

/** A login for the sinks' sake: what is rendered asks for a token too, but there may be nothing to render. */
export class SignIn {
	readonly #parts: SignInParts;
	#failure: AgentError | undefined;

	constructor(parts: SignInParts) {
		this.#parts = parts;
	}

	/** Why a sink has no token yet. */
	get failure(): AgentError | undefined {
		const { session } = this.#parts.links;
		return this.#failure ?? session.sinks.find(({ error }) => error !== undefined)?.error;
	}

	/**
	 * Waits until there is a token, where sinks want one; where the work is done once, until it stands in them.
	 *
	 * @throws AgentError for what waiting cannot mend; the signal's reason when aborted
	 */
	async run(signal: AbortSignal): Promise<void> {
		const { config, links, world, log } = this.#parts;
		const waitsForLogin = !config.exitAfterAuth && config.exec === undefined;
		const reminder = new Reminder();
		while (config.auth !== undefined && config.auth.sinks.length > 0) {
			try {
				await links.token(signal);
				this.#failure = undefined;
				return;
			} catch (error) {
				if (signal.aborted || !(error instanceof AgentError)) throw error;
				if (isLasting(error, { waitsForLogin })) throw error;
				this.#failure = error;
				if (reminder.isDue(error.code, world.clock.now())) {
					const msg = `${error.message}; trying again`;
					log.write("warn", "login", { ...error.rows, msg, code: error.code });
				}
			}
			await world.clock.sleep(ASK_EVERY_MS, signal);
		}
	}
}
