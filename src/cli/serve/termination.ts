import { constants } from "node:fs";
import type { AgentError } from "../../kernel/mod.ts";
import { errorText } from "../error-text.ts";
import type { World } from "../world.ts";

/** Where the kubelet looks unless the container says otherwise (`terminationMessagePath`). */
const DEFAULT_PATH = "/dev/termination-log";

/** The kubelet shows no more than this of a container. */
const LONGEST_BYTES = 4096;

/** Write to it as it stands: the kubelet has made it, and elsewhere there is none. */
const EXISTING = constants.O_WRONLY | constants.O_TRUNC | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * Leaves word of a failure where Kubernetes shows it as the container's last state; elsewhere nothing happens.
 * `AGENT_TERMINATION_LOG` names another file.
 */
export async function leaveWord(error: AgentError, { env, fs, redactor }: World): Promise<void> {
	const text = Buffer.from(redactor.clean(errorText(error))).subarray(0, LONGEST_BYTES);
	try {
		const file = await fs.open(env["AGENT_TERMINATION_LOG"] || DEFAULT_PATH, EXISTING);
		try {
			await file.write(text);
		} finally {
			await file.close();
		}
	} catch {
		// No container, or one whose file is not ours to write: the same words stand on stderr.
	}
}
