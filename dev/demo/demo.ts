// `npm run demo`: what keyturn is for, shown in ten seconds with real processes.
import { mkdtempSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { DemoError, Interrupted } from "./demo-error.ts";
import { type DemoOptions, HELP, parseOptions, UsageError } from "./options.ts";
import { openScreen } from "./screen.ts";
import { tell } from "./story.ts";

/** @returns the exit code: 0, 1 when something did not happen, 128+n for a signal */
async function perform(options: DemoOptions): Promise<number> {
	const stop = new AbortController();
	for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
		process.on(name, () => stop.abort(new Interrupted(128 + constants.signals[name])));
	}
	process.stdout.on("error", () => stop.abort(new Interrupted(1))); // nobody is watching any more
	const folder = mkdtempSync(join(tmpdir(), "keyturn-demo-"));
	const screen = openScreen(process.stdout, process.env);
	try {
		await tell(options, { screen, signal: stop.signal, folder });
		rmSync(folder, { recursive: true });
		return 0;
	} catch (error) {
		if (stop.signal.reason instanceof Interrupted) {
			screen.say("", "  stopped");
			rmSync(folder, { recursive: true });
			return stop.signal.reason.exitCode;
		}
		if (!(error instanceof DemoError)) throw error;
		screen.say("", `  ${screen.paint("red", "✘")} ${error.message}`);
		if (readdirSync(folder).length === 0) rmdirSync(folder);
		else screen.say(`    what was logged is kept in ${folder}`);
		return 1;
	} finally {
		screen.close();
	}
}

async function main(args: readonly string[]): Promise<number> {
	try {
		const options = parseOptions(args);
		if (options !== "help") return await perform(options);
		process.stdout.write(HELP);
		return 0;
	} catch (error) {
		if (!(error instanceof UsageError)) throw error;
		process.stderr.write(`error: ${error.message}\n\n${HELP}`);
		return 2;
	}
}

process.exitCode = await main(process.argv.slice(2));
