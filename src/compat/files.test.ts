import { describe, expect, test } from "vitest";
import { type ConfigFileSystem, configFiles } from "./files.ts";

interface Folder {
	readonly [name: string]: Folder | "file" | "link to a file" | "link to a folder";
}

/** A disk whose root is `/etc`. */
function disk(root: Folder): ConfigFileSystem {
	const find = (path: string) =>
		path
			.split("/")
			.slice(2)
			.reduce<Folder[string] | undefined>(
				(node, name) => (typeof node === "object" ? node[name] : undefined),
				root,
			);
	return {
		isFolder: (path) => {
			const node = find(path);
			if (node === undefined) return Promise.reject(Object.assign(new Error("none"), { code: "ENOENT" }));
			return Promise.resolve(typeof node === "object" || node === "link to a folder");
		},
		list: (path) =>
			Promise.resolve(
				Object.entries(find(path) ?? {}).map(([name, node]) => ({
					name,
					kind: typeof node === "object" ? "folder" : node === "file" ? "file" : "link",
				})),
			),
	};
}

describe("configFiles", () => {
	test("takes a file as it is, whatever its name", async () => {
		const files = disk({ "agent.conf": "file" });

		expect(await configFiles("/etc/agent.conf", "vault-agent", files)).toEqual(["/etc/agent.conf"]);
	});

	test("of a folder Vault Agent gets its own .hcl and .json files by name, without what editors leave", async () => {
		const files = disk({
			d: {
				"b.hcl": "file",
				"a.json": "link to a file",
				"c.hcl~": "file",
				".#c.hcl": "link to a file",
				"#c.hcl": "file",
				"#c.hcl#": "file",
				"e.yaml": "file",
				sub: { "f.hcl": "file" },
			},
		});

		expect(await configFiles("/etc/d", "vault-agent", files)).toEqual([
			"/etc/d/#c.hcl",
			"/etc/d/a.json",
			"/etc/d/b.hcl",
		]);
	});

	test("of a folder consul-template gets all below it, each folder by name, and no link to a folder is followed", async () => {
		const files = disk({
			d: {
				z: "file",
				"..data": "link to a folder",
				"..2024": { "m.hcl": "file" },
				"m.hcl": "link to a file",
				a: { "2.hcl": "file", "1.hcl": "file" },
				away: "link to a folder",
			},
		});

		expect(await configFiles("/etc/d", "consul-template", files)).toEqual([
			"/etc/d/a/1.hcl",
			"/etc/d/a/2.hcl",
			"/etc/d/m.hcl",
			"/etc/d/z",
		]);
	});

	test.each([
		["/etc/none", "vault-agent", "/etc/none: there is no such file or folder; check -config"],
		["/etc/empty", "vault-agent", "/etc/empty: this folder holds no .hcl or .json file"],
		["/etc/empty", "envconsul", "/etc/empty: this folder holds no file"],
	] as const)("refuses %s for %s", async (path, format, message) => {
		await expect(configFiles(path, format, disk({ empty: {} }))).rejects.toThrow(message);
	});
});
