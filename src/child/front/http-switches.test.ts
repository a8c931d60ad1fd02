import { createServer, Agent, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { frontBench } from "../../../test/fixtures/child/front-bench.ts";
import { seededRandom } from "../../../test/support/seeded-random.ts";
import type { Front, Target } from "./front.ts";

const CLIENTS = 24;
const REQUESTS_EACH = 60;
/** A switch comes with every so many answers. */
const ANSWERS_PER_CHILD = 12;

interface Child {
	readonly target: Target;
	/** Ends it as a drained child is ended; whoever still comes is a failure. */
	readonly stop: () => void;
}

interface World {
	readonly front: Front;
	readonly random: () => number;
	readonly port: number;
	readonly complaints: string[];
	readonly children: Promise<unknown>[];
	answers: number;
}

/** Answers with what it was sent, in one of the ways in which answers come. */
async function startChild({ random, complaints }: World): Promise<Child> {
	let isStopped = false;
	const server = createServer((asked, response) => {
		if (isStopped) complaints.push("a stopped child was asked");
		const parts: Buffer[] = [];
		asked.on("data", (part: Buffer) => parts.push(part));
		asked.on("end", () => answer(response, Buffer.concat(parts), random()));
	});
	server.keepAliveTimeout = 0; // closes nothing by itself
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const stop = () => {
		isStopped = true;
		server.close();
		server.closeAllConnections();
	};
	onTestFinished(stop);
	return { target: { port: (server.address() as AddressInfo).port }, stop };
}

function answer(response: ServerResponse, body: Buffer, draw: number): void {
	if (draw < 0.4) response.setHeader("Content-Length", body.length);
	if (draw < 0.2) response.flushHeaders();
	const half = Math.floor(body.length / 2);
	response.write(body.subarray(0, half));
	setImmediate(() => response.end(body.subarray(half)));
}

/** A new child takes over; the old one is ended as soon as it is drained. */
async function turnOver(world: World, current: { child: Child }): Promise<void> {
	const old = current.child;
	current.child = await startChild(world);
	world.front.switchTo(current.child.target);
	await world.front.drained(old.target);
	if (world.front.openWith(old.target) > 0) world.complaints.push("drained, and something is open");
	old.stop();
}

async function ask({ port }: World, agent: Agent, body: Buffer): Promise<Buffer> {
	const reply = await new Promise<IncomingMessage>((resolve, reject) => {
		const outgoing = request({ host: "127.0.0.1", port, agent, method: "POST" }, resolve);
		outgoing.on("error", reject);
		outgoing.write(body.subarray(0, body.length / 2));
		setImmediate(() => outgoing.end(body.subarray(body.length / 2)));
	});
	const parts: Buffer[] = [];
	for await (const part of reply) parts.push(part as Buffer);
	return Buffer.concat(parts);
}

test("busy keep-alive clients lose no request and get no other's answer, whatever a switch comes in between", async () => {
	const random = seededRandom(7);
	const { front, port } = await frontBench({ pass: "http" });
	const world: World = { front, port, random, complaints: [], children: [], answers: 0 };
	const current = { child: await startChild(world) };
	front.switchTo(current.child.target);

	const client = async (name: number) => {
		const agent = new Agent({ keepAlive: true, maxSockets: 1 });
		for (let count = 0; count < REQUESTS_EACH; count++) {
			const body = Buffer.alloc(1 + Math.floor(random() * 30_000), `${name}/${count} `);
			const got = await ask(world, agent, body).catch((error: unknown) => Buffer.from(String(error)));
			if (!got.equals(body)) world.complaints.push(`${name}/${count}: ${got.toString().slice(0, 60)}`);
			if (++world.answers % ANSWERS_PER_CHILD === 0) world.children.push(turnOver(world, current));
		}
		agent.destroy();
	};
	await Promise.all(Array.from({ length: CLIENTS }, (_, name) => client(name)));
	await Promise.all(world.children);

	expect(world.complaints).toEqual([]);
	expect(world.children).toHaveLength((CLIENTS * REQUESTS_EACH) / ANSWERS_PER_CHILD);
	expect(front.tally).toMatchObject({ waiting: 0, failed: 0 });
});
