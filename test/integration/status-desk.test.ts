import { existsSync, mkdirSync, rmSync } from "node:fs";
import { expect, onTestFinished, test } from "vitest";
import { StatusDesk } from "../../src/cli/serve/status-desk.ts";
import type { World } from "../../src/cli/world.ts";
import type { Config } from "../../src/config/mod.ts";
import { Redactor } from "../../src/kernel/mod.ts";
import { folder } from "../support/folder.ts";
import { RecordingLog } from "../support/recording-log.ts";

test("a listener that could not be opened again is opened when its config comes back", async () => {
	const place = folder();
	mkdirSync(place.at("run"));
	const path = place.at("run/agent.sock");
	const config = (...hosts: string[]) =>
		({
			listener: { address: { kind: "unix", path }, isLocal: true, hosts, quit: false },
			exitAfterAuth: false,
		}) as unknown as Config;
	const log = new RecordingLog();
	const desk = new StatusDesk({ redactor: new Redactor() } as unknown as World, log);
	onTestFinished(() => desk.close());
	await desk.open(config(), {
		sources: () => expect.unreachable("nobody asks"),
		isAlive: () => true,
		refresh: () => undefined,
		quit: () => undefined,
	});

	rmSync(place.at("run"), { recursive: true });
	await desk.adopt(config("agent.example"));
	mkdirSync(place.at("run"));
	await desk.adopt(config());

	expect(log.of("listener")[1]).toContain("its folder is not there");
	expect(existsSync(path)).toBe(true);
});
