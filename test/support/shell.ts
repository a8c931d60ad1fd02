import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { constants } from "node:os";
import { dirname } from "node:path";
import { onTestFinished } from "vitest";
import { LAUNCHER } from "./agent-process.ts";
import type { Folder } from "./folder.ts";

/** Links the built program under another name. @returns a PATH on which it stands first */
export function linkedAs(place: Folder, ...names: readonly string[]): string {
	mkdirSync(place.at("bin"), { recursive: true });
	for (const name of names) symlinkSync(LAUNCHER, place.at(`bin/${name}`));
	return `${place.at("bin")}:${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`;
}

interface ShellOptions {
	readonly env: Readonly<Record<string, string>>;
	readonly cwd?: string;
}

/** A running command of a shell. */
interface Shell {
	readonly process: ChildProcess;
	readonly ended: Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>;
	readonly stderr: () => string;
}

/** Starts a program, a shell as a rule; it is killed after the test if it still runs. */
export function startCommand([program = "", ...args]: readonly string[], options: ShellOptions): Shell {
	const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
	onTestFinished(() => void child.kill("SIGKILL"));
	const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
	const ended = new Promise<Awaited<Shell["ended"]>>((resolve, reject) => {
		child.once("error", reject);
		child.once("close", (code, signal) =>
			resolve({
				code: code ?? 128 + constants.signals[signal ?? "SIGKILL"],
				stdout: stdout(),
				stderr: stderr(),
			}),
		);
	});
	return { process: child, ended, stderr };
}

function collect(stream: NodeJS.ReadableStream): () => string {
	const chunks: Buffer[] = [];
	stream.on("data", (chunk: Buffer) => chunks.push(chunk));
	return () => Buffer.concat(chunks).toString("utf8");
}
