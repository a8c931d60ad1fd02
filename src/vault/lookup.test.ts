import type { LookupAddress } from "node:dns";
import type { LookupFunction } from "node:net";
import { expect, test } from "vitest";
import { sharedLookup } from "./lookup.ts";

type Done = Parameters<LookupFunction>[2];

/** A name service that answers when it is told to. */
function slowNames() {
	const asked: { readonly host: string; readonly done: Done }[] = [];
	const lookup = sharedLookup((host, _options, done) => void asked.push({ host, done }));
	const find = async (host: string, family?: number) =>
		await new Promise<string>((resolve) => {
			lookup(host, { all: true, ...(family !== undefined && { family }) }, (error, found) => {
				resolve(error?.code ?? (found as LookupAddress[]).map(({ address }) => address).join());
			});
		});
	return { asked, find };
}

const found = (address: string): LookupAddress[] => [{ address, family: 4 }];

test("a name is looked up once for all who want it at the same time, and anew for who comes later", async () => {
	const { asked, find } = slowNames();

	const first = [find("vault.test"), find("vault.test"), find("vault.test")];
	asked[0]?.done(null, found("10.0.0.1"));
	expect(await Promise.all(first)).toEqual(["10.0.0.1", "10.0.0.1", "10.0.0.1"]);
	const later = find("vault.test");
	asked[1]?.done(null, found("10.0.0.2"));

	expect(await later).toBe("10.0.0.2");
	expect(asked).toHaveLength(2);
});

test("a failure is told to all who waited, and is not remembered", async () => {
	const { asked, find } = slowNames();

	const first = [find("vault.test"), find("vault.test")];
	asked[0]?.done(Object.assign(new Error("no such name"), { code: "ENOTFOUND" }), []);
	expect(await Promise.all(first)).toEqual(["ENOTFOUND", "ENOTFOUND"]);
	const later = find("vault.test");
	asked[1]?.done(null, found("10.0.0.1"));

	expect(await later).toBe("10.0.0.1");
});

test("other names, and other kinds of address, are questions of their own", async () => {
	const { asked, find } = slowNames();

	void find("vault.test");
	void find("other.test");
	void find("vault.test", 6);
	await Promise.resolve();

	expect(asked.map(({ host }) => host)).toEqual(["vault.test", "other.test", "vault.test"]);
});
