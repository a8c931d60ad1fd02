import { AgentError, errorCode, type Log } from "../kernel/mod.ts";
import type { FilesOnDisk } from "./files-on-disk.ts";
import type { Generation } from "./generation.ts";
import type { ChildPort } from "./ports.ts";
import type { Rejection } from "./rejection.ts";

export interface ChildFilesDeps {
	readonly files: FilesOnDisk;
	readonly child: Pick<ChildPort, "supervisor" | "freePort">;
	readonly rejection: Rejection;
	/** The newest generation. */
	readonly current: () => Generation;
	readonly log: Log;
}

/** What a child finds on disk when it starts: the files of its generation, for the port that it is to listen on. */
export class ChildFiles {
	readonly #deps: ChildFilesDeps;
	/** Number of the generation that a child was last asked to run with, or was started with; files alone may be newer. */
	#tried = 1;
	/** Stands on disk in the place of the newest one. */
	#backTo: Generation | undefined;
	/** Chosen before the first delivery, and waited for by no child yet. */
	#firstPort: number | undefined;

	constructor(deps: ChildFilesDeps) {
		this.#deps = deps;
	}

	/**
	 * Before the first delivery: no file with another port than its child's is ever seen.
	 *
	 * @throws AgentError `E_CHILD_START` in rolling when there is none
	 */
	async choosePort(): Promise<number | undefined> {
		try {
			this.#firstPort = await this.#deps.child.freePort?.();
			return this.#firstPort;
		} catch (error) {
			throw noPort(error);
		}
	}

	/** A child is asked to run with this generation. */
	tries({ number }: Generation): void {
		this.#tried = number;
		this.#deps.rejection.lift();
	}

	/** Everything that is newest stands on disk. */
	areNewest(): void {
		this.#backTo = undefined;
	}

	/**
	 * A child is about to start with a generation. One that is older than was last tried is put back, with its files;
	 * one that only starts again after its end finds the newest. Never rejects.
	 *
	 * @returns where the child is to listen, in rolling
	 */
	async prepare(generation: Generation): Promise<number | undefined> {
		return await this.#deps.files.alone(async () => {
			const isBack = generation.number < this.#tried || generation === this.#backTo;
			const backTo = isBack ? generation : undefined;
			this.#tried = generation.number;
			const isOnItsOwn = this.#deps.child.freePort === undefined;
			if (isOnItsOwn && backTo === this.#backTo) return undefined;
			return await this.#place(backTo, isOnItsOwn ? undefined : await this.#nextPort());
		});
	}

	/** In rolling: the child that serves goes on with this generation, for the newest one's was not ready. Never rejects. */
	async putBack(generation: Generation): Promise<void> {
		await this.#deps.files.alone(async () => {
			this.#tried = generation.number;
			await this.#place(generation, this.#servingPort ?? this.#deps.files.port);
		});
	}

	/** @returns the port that the files hold, which is the one that was asked for unless they could not be written */
	async #place(backTo: Generation | undefined, port: number | undefined): Promise<number | undefined> {
		const { files, rejection, current, log } = this.#deps;
		if (backTo !== undefined) rejection.note(current(), backTo);
		const { orders, number } = backTo ?? current();
		try {
			// Nobody but the child has to be told: it reads them when it starts.
			await files.deliver(
				orders.map((order) => ({ ...order, isNotified: false })),
				port,
			);
			this.#backTo = backTo;
			return port;
		} catch (error) {
			if (!(error instanceof AgentError)) throw error;
			const msg = `${error.message}; the child gets the variables of generation ${number}, but other files`;
			log.write("error", "delivery failed", { ...error.facts, msg, code: error.code });
			const holdsPort = orders.some(({ forPort }) => forPort !== undefined);
			// A child that finds the port of one that is gone can serve all the same.
			return holdsPort && files.port !== this.#servingPort ? files.port : port;
		}
	}

	async #nextPort(): Promise<number | undefined> {
		const { child, files, log } = this.#deps;
		const first = this.#firstPort;
		this.#firstPort = undefined;
		try {
			return first ?? (await child.freePort?.());
		} catch (error) {
			const reason = errorCode(error) ?? "unknown";
			log.write("error", "child", { msg: `there is no free port for the next child (${reason})`, reason });
			return files.port;
		}
	}

	get #servingPort(): number | undefined {
		const { state } = this.#deps.child.supervisor;
		return state.kind === "running" ? state.port : undefined;
	}
}

/** Ends the agent. */
function noPort(cause: unknown): AgentError {
	const reason = errorCode(cause) ?? "unknown";
	return new AgentError(`there is no free port for the child (${reason})`, {
		code: "E_CHILD_START",
		rows: { in: "exec.on_change", do: "raise the limit of open files for the agent's user or its container" },
		facts: { reason },
	});
}
