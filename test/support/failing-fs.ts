import { readlinkSync } from "node:fs";
import * as nodeFileSystem from "node:fs/promises";
import { join } from "node:path";
import type { FileSystem } from "../../src/render/mod.ts";

/** Calls of the file system that can be made to fail; those of an open file are named `file.…`. */
type Operation =
	| keyof FileSystem
	| "file.writeFile"
	| "file.sync"
	| "file.chown"
	| "file.chmod"
	| "file.appendFile";

/** A fault, as the kernel reports it. */
function fault(code: string, operation: string, path: string): Error {
	return Object.assign(new Error(`${code}: ${operation} '${path}'`), { code });
}

/** A path that begins with the name of an open folder begins with that folder's own. */
function named(path: string): string {
	const [handle] = /^\/proc\/self\/fd\/\d+(?=\/)/.exec(path) ?? [];
	return handle === undefined
		? path
		: join(readlinkSync(handle), path.slice(handle.length)).replace(/\/$/, "");
}

/** Node's file system, where chosen calls fail and all are recorded. */
export class FailingFs {
	/** `operation path`, in order. */
	readonly calls: string[] = [];
	/** Leaves `fsync` out, for the many writes of one test. */
	isSyncSkipped = false;
	/** Called before each call, to do what others on the machine might do just then. */
	before: (operation: string, path: string) => void = () => {};
	readonly #faults: { operation: Operation; path: RegExp; code: string; left: number }[] = [];

	/** From now on (or so many times) that call fails on paths that match. */
	fail(operation: Operation, code: string, { path = /./, times = Number.POSITIVE_INFINITY } = {}): void {
		this.#faults.push({ operation, path, code, left: times });
	}

	heal(): void {
		this.#faults.splice(0);
	}

	/** What is handed in instead of Node's own. */
	get fs(): FileSystem {
		return new Proxy(nodeFileSystem, {
			get: (target, name: keyof FileSystem) => {
				const call = target[name].bind(target) as (...args: unknown[]) => Promise<unknown>;
				return async (...args: unknown[]) => {
					// A rename is about its destination.
					const path = named(String(name === "rename" ? args[1] : args[0]));
					this.#note(name, path);
					const result = await call(...args);
					return name === "open" ? this.#watched(result as object, path) : result;
				};
			},
		});
	}

	#watched(file: object, path: string): unknown {
		return new Proxy(file, {
			get: (target, name) => {
				const member: unknown = Reflect.get(target, name);
				if (typeof member !== "function") return member;
				if (name === "sync" && this.isSyncSkipped) return () => Promise.resolve();
				return (...args: unknown[]) => {
					this.#note(`file.${String(name)}` as Operation, path);
					return Reflect.apply(member, target, args) as unknown;
				};
			},
		});
	}

	#note(operation: Operation, path: string): void {
		this.calls.push(`${operation} ${path}`);
		this.before(operation, path);
		const found = this.#faults.find(
			(one) => one.operation === operation && one.left > 0 && one.path.test(path),
		);
		if (found === undefined) return;
		found.left--;
		throw fault(found.code, operation, path);
	}
}
