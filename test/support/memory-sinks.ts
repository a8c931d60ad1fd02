import type { Sink, SinkContent } from "../../src/auth/mod.ts";
import { type AgentError, Secret } from "../../src/kernel/mod.ts";

const ABSENT = Object.assign(new Error("ENOENT: no such file"), { code: "ENOENT" });

/** Files of sinks in memory. */
export class MemorySinks {
	readonly texts = new Map<string, string>();
	/** Public keys of readers, by their paths. */
	readonly keys = new Map<string, string>();
	/** Instead of what stands there. */
	unsafe: string | undefined;
	fault: AgentError | undefined;
	writes = 0;

	readonly files = {
		write: async ({ path }: Sink, content: Secret) => {
			await Promise.resolve();
			this.writes++;
			if (this.fault !== undefined) throw this.fault;
			this.texts.set(path, content.reveal());
		},
		read: async (path: string): Promise<SinkContent> => {
			await Promise.resolve();
			if (this.unsafe !== undefined) return { kind: "unsafe", reason: this.unsafe };
			const text = this.texts.get(path);
			return text === undefined ? { kind: "absent" } : { kind: "text", text: new Secret(text.trim()) };
		},
		readPublic: async (path: string) => {
			const key = this.keys.get(path);
			if (key === undefined) throw ABSENT;
			return await Promise.resolve(key);
		},
		remove: async (path: string) => {
			await Promise.resolve();
			if (this.fault !== undefined) throw this.fault;
			this.texts.delete(path);
		},
	};
}
