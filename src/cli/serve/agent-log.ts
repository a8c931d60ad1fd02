import { type Config, isSameSetting, type LogFileConfig } from "../../config/mod.ts";
import type { AgentError, Log } from "../../kernel/mod.ts";
import { cleanFields } from "../clean-fields.ts";
import { errorLine, errorText } from "../error-text.ts";
import type { World } from "../world.ts";
import type { LogFile } from "./log-file.ts";

/** A log that can be exchanged while everybody goes on writing to it, with a file that gets every line as well. */
export class AgentLog implements Log {
	readonly #world: World;
	#config: Config["log"];
	#log: Log;
	#file: LogFile | undefined;

	private constructor(config: Config["log"], log: Log, world: World) {
		this.#config = config;
		this.#log = log;
		this.#world = world;
	}

	static async open({ log: config }: Config, world: World): Promise<AgentLog> {
		const none: Log = { write: () => undefined };
		const log = new AgentLog(config, none, world);
		log.#file = await log.#openFile(config.file);
		log.#log = await log.#make();
		return log;
	}

	write(...line: Parameters<Log["write"]>): void {
		this.#log.write(...line);
	}

	/** Another config is in force. */
	async adopt({ log: config }: Config): Promise<void> {
		const before = this.#config;
		this.#config = config;
		if (!isSameSetting(before.file, config.file)) {
			const last = this.#file;
			this.#file = await this.#openFile(config.file);
			await last?.close();
		}
		this.#log = await this.#make();
	}

	/** Somebody may have put the file aside. */
	reopen(): void {
		this.#file?.reopen();
	}

	/** The end. @param error what it ends with; stderr gets it from elsewhere */
	async close(error?: AgentError): Promise<void> {
		const file = this.#file;
		this.#file = undefined;
		if (error !== undefined) file?.write(this.#lastWord(error));
		await file?.close();
	}

	async #make(): Promise<Log> {
		const { level, format } = this.#config;
		return await this.#world.makeLog(level, format, (line) => this.#file?.write(line));
	}

	/** Loaded where there is one. */
	async #openFile(config: LogFileConfig | undefined): Promise<LogFile | undefined> {
		if (config === undefined) return undefined;
		const { LogFile: Opened } = await import("./log-file.ts");
		const { fs, clock } = this.#world;
		const { path } = config;
		return new Opened(config, {
			fs,
			clock,
			failed: (reason) => {
				const msg = `the log file ${path} cannot be written (${reason}); until it can, lines go to stderr alone`;
				this.#log.write("warn", "log file", { msg, path, reason });
			},
			recovered: () =>
				this.#log.write("info", "log file", { msg: `lines are written to ${path} again`, path }),
		});
	}

	#lastWord(error: AgentError): string {
		const { clock, redactor } = this.#world;
		if (this.#config.format === "pretty") return redactor.clean(errorText(error));
		const time = new Date(clock.date()).toISOString();
		const { msg, ...fields } = cleanFields(errorLine(error), redactor);
		return `${JSON.stringify({ level: "error", time, event: "failed", ...fields, msg })}\n`;
	}
}
