import { expect, test } from "vitest";
import { foreignCall } from "./call.ts";

const told = (programName: string, ...argv: string[]) => foreignCall({ programName, argv });

test.each([
	["agent", ["start", "-c", "a.yaml"]],
	["keyturn", ["run", "--", "vault", "agent"]],
	["agent", []],
	["agent", ["--version"]],
	["agent", ["-V"]],
	["agent", ["--help"]],
	["agent", ["-help"]],
	["agent", ["--json", "--version"]],
	["agent", ["-c", "a.yaml"]],
	["agent", ["validate", "-config=a"]],
	["constructor", ["start"]],
	["agent", ["constructor"]],
])("%s %j is our own command line", (name, argv) => {
	expect(told(name, ...argv)).toBeUndefined();
});

test.each([
	["agent", ["agent", "-config=a"], { program: "vault agent", words: ["-config=a"], name: "agent agent" }],
	["agent", ["-config=a"], { program: "vault agent", words: ["-config=a"], name: "agent" }],
	["agent", ["--config", "a"], { program: "vault agent", words: ["--config", "a"], name: "agent" }],
	["agent", ["-log-level=debug", "-config=a"], { program: "vault agent" }],
	["agent", ["--log-level=debug", "-config=a"], { program: "vault agent" }],
	["vault", ["agent", "-config=a"], { program: "vault", words: ["agent", "-config=a"], name: "vault" }],
	["bao", ["version"], { program: "vault", words: ["version"], name: "bao" }],
	["agent", ["consul-template", "-once"], { program: "consul-template", name: "agent consul-template" }],
	["consul-template", ["-once"], { program: "consul-template", words: ["-once"], name: "consul-template" }],
	["envconsul", ["start"], { program: "envconsul", words: ["start"] }],
])("%s %j is another program's", (name, argv, call) => {
	expect(told(name, ...argv)).toMatchObject(call);
});
