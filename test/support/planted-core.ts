import { randomBytes } from "node:crypto";
import { Core } from "../../src/devserver/core.ts";
import { dispatch } from "../../src/devserver/dispatch.ts";
import type { Call } from "../../src/devserver/read-call.ts";
import { plant, type Seed } from "../../src/devserver/seed.ts";
import { FakeClock } from "./fake-clock.ts";

/** The embedded server without its listener, and a call to it: `GET secret/data/a`, as root unless said otherwise. */
export function plantedCore(seed: Seed = {}) {
	const clock = new FakeClock(Date.UTC(2026, 0, 1));
	const core = new Core({ clock, random: randomBytes, rootToken: "root" });
	const roles = plant(core, "root", seed);
	const call = (request: string, over: Partial<Omit<Call, "body">> & { body?: unknown } = {}) => {
		const [method = "", path = ""] = request.split(" ");
		const none = { contentType: "", namespace: "", wrapTtl: "", query: new URLSearchParams(), token: "root" };
		const { body = "", ...rest } = over;
		const text = typeof body === "string" ? body : JSON.stringify(body);
		return dispatch(core, { ...none, method, path, ...rest, body: text });
	};
	return { clock, core, roles, call };
}
