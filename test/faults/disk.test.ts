import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { canBecomeAnother, canMount } from "../support/constrained.ts";
import { eventually } from "../support/eventually.ts";
import { privateDisk } from "../support/private-disk.ts";
import { type Fault, ROWS } from "./disk-rows.ts";
import { type DiskScene, diskScene } from "./disk-scene.ts";

/** Waits for the delivery of a change to fail, and looks whether the agent says why and what to do. */
async function expectFault({ agent, placed }: DiskScene, fault: Fault): Promise<void> {
	const { msg, level, code, do: advice } = await agent.logged("delivery failed");
	const [says, rest] = placed(msg).split("; ");
	expect([says, level, code, advice]).toEqual([fault.says, "error", fault.code, fault.do]);
	expect(rest).toMatch(/^nothing is turned over, trying again in [\d.]+ m?s$/);
}

/** The generation before stands as a whole, and nobody has been told of another. */
function expectNothingNew({ texts, starts, told }: DiskScene, stand?: readonly string[]): void {
	expect(new Set(texts(stand))).toEqual(new Set(["K=sk-1"]));
	expect([starts(), told()]).toEqual([["sk-1"], ["K=sk-1"]]);
}

/** The disk is good again: it goes on by itself, and each is told once. */
async function expectRecovery({ texts, status, starts, told, strays }: DiskScene): Promise<void> {
	await eventually(() => expect(texts()).toEqual(["K=sk-2", "K=sk-2", "K=sk-2"]));
	const each = [
		["sk-1", "sk-2"],
		["K=sk-1", "K=sk-2"],
	];
	await eventually(() => expect([starts(), told()]).toEqual(each));
	await eventually(async () => expect(await status()).toMatchObject({ state: "ready", ready: true }));
	expect(await status()).not.toHaveProperty("delivery_error");
	await eventually(() => expect(strays()).toEqual([]));
}

describe("a running agent whose disk breaks keeps the last generation whole and goes on once it is mended", () => {
	test.for(ROWS)("$name", async (row, { skip }) => {
		const { isUnprivileged = false, isPossible = !isUnprivileged || canBecomeAnother } = row;
		skip(!canMount || !isPossible, "not possible for this user on this machine");
		const scene = await diskScene(privateDisk, { isUnprivileged });
		const before = scene.beside();

		scene.disk.run(row.breaks);
		scene.rotate("sk-2");

		await expectFault(scene, row);
		const status = await scene.status();
		expect(status).toMatchObject({
			state: "degraded",
			ready: false,
			missing: [{ what: "delivery", code: row.code }],
			generation: { number: 1 },
			delivery_error: { code: row.code },
		});
		expect(scene.placed(status.delivery_error?.message ?? "")).toBe(row.says);
		await eventually(() => expect(scene.beside()).toEqual(before)); // between two tries
		expectNothingNew(scene, row.stand);

		scene.disk.run(row.heals);
		await expectRecovery(scene);
		expect(scene.agent.isRunning()).toBe(true);
	});

	// Shows only when the last rename is tried.
	test.runIf(canMount && canBecomeAnother)("a file of another user in a folder of mode 1777", async () => {
		const scene = await diskScene(privateDisk, { isUnprivileged: true });

		scene.disk.run("chown 12345 . key.env; chmod 1777 .");
		scene.rotate("sk-2");

		await expectFault(scene, {
			says: "cannot replace {out}/key.env: not permitted",
			do: "give the folder to the agent's user: in one of mode 1777 everybody keeps what is his",
			code: "E_DELIVERY",
		});
		await eventually(() => expect(scene.strays()).toEqual([]));
		const putBack = scene.beside();
		expectNothingNew(scene);

		// What was put back once is left alone by all tries that follow.
		await eventually(() => expect(scene.agent.log().filter(isFailure).length).toBeGreaterThan(2));
		await eventually(() => expect(scene.beside()).toEqual(putBack));

		scene.disk.run("chown 65534 . key.env");
		await expectRecovery(scene);
		expect(scene.agent.isRunning()).toBe(true);
	});

	test.runIf(canMount && hasPrlimit())("a limit of open files that is reached", async () => {
		const scene = await diskScene(privateDisk);
		const { pid } = scene.agent;

		limitFiles(pid, lowestFree(pid));
		scene.rotate("sk-2");

		await expectFault(scene, {
			says: expect.stringMatching(/^cannot \S+.* \{beside\}.*: the agent has too many files open$/) as string,
			do: "raise its limit (ulimit -n, LimitNOFILE); it is tried again by itself",
			code: "E_DELIVERY",
		});
		expectNothingNew(scene);

		limitFiles(pid, 1024);
		await expectRecovery(scene);
		expect(scene.agent.isRunning()).toBe(true);
	});

	test.runIf(canMount)("a folder that is removed is made again with all files in it", async () => {
		const scene = await diskScene(privateDisk);

		scene.disk.run("rm -r deep key.env");
		scene.rotate("sk-2");

		await expectRecovery(scene);
		expect(scene.disk.run("stat -c %a deep deep/second.env key.env")).toBe("700\n640\n640\n");
	});

	test.runIf(canMount)("a volume that is mounted anew, and empty", async () => {
		const scene = await diskScene(privateDisk);

		scene.disk.run('cd /; umount "$0"; mount -t tmpfs -o size=64k none "$0"');
		scene.rotate("sk-2");

		await expectRecovery(scene);
		expect(scene.agent.isRunning()).toBe(true);
	});
});

function isFailure({ event }: { readonly event: string }): boolean {
	return event === "delivery failed";
}

function hasPrlimit(): boolean {
	try {
		execFileSync("prlimit", ["--version"], { stdio: "ignore" });
		return true;
	} catch {
		return false;
	}
}

function limitFiles(pid: number, count: number): void {
	execFileSync("prlimit", ["--pid", String(pid), `--nofile=${count}:`]);
}

/** The number that the next file gets. */
function lowestFree(pid: number): number {
	const taken = new Set(readdirSync(`/proc/${pid}/fd`).map(Number));
	let lowest = 0;
	while (taken.has(lowest)) lowest++;
	return lowest;
}
