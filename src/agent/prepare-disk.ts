import { AgentError, type Log } from "../kernel/mod.ts";
import type { Delivery } from "../render/mod.ts";
import { placesOf } from "./order.ts";
import type { FileUnit, Plan } from "./spec.ts";

/**
 * Before the login, which may use up a credential that works once: tries whether the files could be put in place, and
 * clears up after a run that died.
 *
 * @throws DeliveryError where a file is not there yet and could not be written
 */
export async function prepareDisk(
	files: readonly FileUnit[],
	{ delivery, log }: { readonly delivery: Delivery; readonly log: Log },
): Promise<void> {
	for (const fault of await delivery.preflight(placesOf(files))) {
		const msg = `${fault.message}; the file that stands is used as long as it is right`;
		log.write("error", "delivery failed", { ...fault.facts, ...fault.rows, msg, code: fault.code });
	}
	await delivery.sweep(files.map(({ destination }) => destination));
	// A config before this one may have had somebody told of these.
	const silent = files.filter(({ onChange }) => onChange.length === 0).map(({ destination }) => destination);
	await delivery.settled(await delivery.unnotified(silent));
}

/** Why the files of a config that was read anew cannot be put in place. */
export async function objectionOfDisk({ delivery, units }: Plan): Promise<AgentError | undefined> {
	try {
		await delivery.preflight(placesOf(units));
		return undefined;
	} catch (error) {
		if (error instanceof AgentError) return error;
		throw error;
	}
}
