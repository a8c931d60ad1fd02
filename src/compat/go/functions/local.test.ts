import { describe, expect, test } from "vitest";
import { plainText, type TemplateInputs, withPort } from "../../../template/mod.ts";
import { parseGoTemplate } from "../mod.ts";

/** Wednesday, the 63rd day of the year. */
const NOW = Date.UTC(2026, 2, 4, 15, 6, 7, 89);

const address = (text: string, internal = false) => ({
	address: text,
	family: text.includes(":") ? "IPv6" : "IPv4",
	internal,
});

const INPUTS: TemplateInputs = {
	lookup: () => ({ kind: "pending" }),
	env: (name) => ({ VAULT_ADDR: "https://vault", BAO_TOKEN_NAME: "b" })[name],
	readFile: () => {
		throw Object.assign(new Error("no"), { code: "ENOENT" });
	},
	now: () => NOW,
	interfaces: () => ({
		lo: [address("127.0.0.1", true), address("::1", true)],
		eth0: [address("fd00::2"), address("10.1.2.3"), address("fe80::1%eth0")],
		eth1: [address("8.8.8.8"), address("2600::1")],
	}),
};

async function rendered(text: string, inputs = INPUTS) {
	const options = { file: "a.tpl", errorOnMissingKey: false, isEscaped: false, denied: [] };
	const pass = (await parseGoTemplate(text, options)).render(inputs);
	if (pass.kind === "incomplete") throw new Error("something is missing");
	return { output: plainText(withPort(pass.pieces, 0), undefined), files: pass.files ?? [] };
}

describe("timestamp", () => {
	// What Go 1.26 makes of them.
	test.each([
		["", "2026-03-04T15:06:07Z"],
		["unix", "1772636767"],
		["2006-01-02T15:04:05.999999999Z07:00", "2026-03-04T15:06:07.089Z"],
		["Mon Jan _2 15:04:05 MST 2006", "Wed Mar  4 15:06:07 UTC 2026"],
		["Monday, 02-Jan-06 3:04PM -0700", "Wednesday, 04-Mar-26 3:06PM +0000"],
		["January 2 1 01 03 pm 4 5 06 002 __2", "March 4 3 03 03 pm 6 7 26 063  63"],
		["05.000 05.00 05,999 05.9 .05", "07.089 07.08 07,089 07 .07"],
		["Januaryx Janx Mondays Mond 2006x _2006", "Marchx Janx Wednesdays Mond 2026x _2026"],
		["-070000 -07:00:00 -07 Z0700 Z07 Z070000 Z07:00:00", "+000000 +00:00:00 +00 Z Z Z Z"],
		["year: '06", "year: '26"],
	])("by the layout %j", async (layout, expected) => {
		const { output } = await rendered(layout === "" ? "{{ timestamp }}" : `{{ timestamp "${layout}" }}`);

		expect(output).toBe(expected);
	});

	test("knows noon and midnight", async () => {
		const at = (hour: number) => ({ ...INPUTS, now: () => Date.UTC(2026, 0, 1, hour) });

		const [midnight, noon] = [
			await rendered('{{ timestamp "3PM" }}', at(0)),
			await rendered('{{ timestamp "3PM" }}', at(12)),
		];

		expect([midnight.output, noon.output]).toEqual(["12AM", "12PM"]);
	});
});

describe("sockaddr", () => {
	test.each([
		['"GetPrivateIP"', "10.1.2.3"],
		['"GetPrivateIPs"', "10.1.2.3 fd00::2"],
		['"GetPublicIP"', "8.8.8.8"],
		['"GetPublicIPs"', "8.8.8.8 2600::1"],
		[String.raw`"GetInterfaceIP \"eth0\""`, "10.1.2.3"],
		[String.raw`"GetInterfaceIP" "\"eth1\""`, "8.8.8.8"],
		[String.raw`"GetInterfaceIP \"lo\""`, ""],
		[String.raw`"GetInterfaceIPs \"lo\""`, "127.0.0.1 ::1"],
	])("%s", async (call, expected) => {
		const { output } = await rendered(`{{ sockaddr ${call} }}`);

		expect(output).toBe(expected);
	});

	test.each(['GetAllInterfaces | attr \\\\"address\\\\"', 'GetPrivateIP \\\\"eth0\\\\"', "GetInterfaceIP"])(
		"says what it knows instead of %s",
		async (call) => {
			await expect(rendered(`{{ sockaddr "${call.replaceAll("\\\\", "\\")}" }}`)).rejects.toThrow(
				/sockaddr knows GetPrivateIP, /,
			);
		},
	);
});

describe("env", () => {
	test("gives OpenBao's variables also by Vault's names", async () => {
		const { output } = await rendered(
			'{{ env "BAO_ADDR" }} {{ env "BAO_TOKEN_NAME" }} [{{ env "VAULT_TOKEN_NAME" }}]',
		);

		expect(output).toBe("https://vault b []");
	});

	test("file tells no path that was computed of what came from outside", async () => {
		await expect(rendered('{{ file (env "VAULT_ADDR" | toUpper) }}')).rejects.toThrow(
			"cannot read (13 letters) (ENOENT)",
		);
	});

	test("mustEnv names the variable that is empty", async () => {
		await expect(rendered('{{ mustEnv "API_KEY" }}')).rejects.toThrow(
			/required environment variable API_KEY is empty/,
		);
	});
});

test("file says which file cannot be read, and why", async () => {
	await expect(rendered('{{ file " /etc/key " }}')).rejects.toThrow(/cannot read \/etc\/key \(ENOENT\)/);
});

describe("writeToFile", () => {
	test.each([
		['"/s/a" "" "" "0600"', { path: "/s/a", mode: 0o600, isAppended: false }, "x"],
		[
			'"/s/a" "app" "1000" "644"',
			{ path: "/s/a", mode: 0o644, user: "app", group: "1000", isAppended: false },
			"x",
		],
		['"/s/a" "" "" "0640" "append,newline"', { path: "/s/a", mode: 0o640, isAppended: true }, "x\n"],
		['"/s/a" "" "" "4755" "newline"', { path: "/s/a", mode: 0o755, isAppended: false }, "x\n"],
	])("%s", async (args, where, text) => {
		const { output, files } = await rendered(`{{ "x" | writeToFile ${args} }}`);

		const [file] = files;
		expect(output).toBe("");
		expect(file).toMatchObject(where);
		expect(file && plainText(withPort(file.pieces, 0), undefined)).toBe(text);
	});

	test.each([
		'"" "" "" "0600"',
		'"/s/a" "" "" "0900"',
		'"/s/a" "" "" ""',
		'"/s/a" "" "" "0600" "append" "more"',
	])("refuses %s", async (args) => {
		await expect(rendered(`{{ "x" | writeToFile ${args} }}`)).rejects.toThrow(/writeToFile/);
	});
});
