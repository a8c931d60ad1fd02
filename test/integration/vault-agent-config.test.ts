import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type AgentConfigCase, agentConfigs } from "../support/agent-configs.ts";
import { findOnPath } from "../support/find-on-path.ts";

const bao = findOnPath("bao");

const AT_START = "found there once it starts";
const WHILE_IT_RUNS = "found there when the template is rendered, again and again";

/** Where the two do not agree, and why. */
const DIFFERENCES: Readonly<Record<string, string>> = {
	"json-method-alone.json": "in JSON, a stanza of one key is taken there for a label: a slip of its reader",
	"json-shapes.json": "in JSON, a label is read there of listener, and neither of method nor of sink",
	"log.hcl": "the log's file is opened there while the config is checked",
	"template-exec-env.hcl": "documented there, and never readable",
	"refused/approle-no-role.hcl": AT_START,
	"refused/backoff-equal.hcl": AT_START,
	"refused/cert-no-certificate.hcl": "found there when the server refuses the login",
	"refused/cert-reload-text.hcl": AT_START,
	"refused/jwt-no-path.hcl": AT_START,
	"refused/kubernetes-no-role.hcl": AT_START,
	"refused/listener-no-certificate.hcl": AT_START,
	"refused/method-unknown.hcl": AT_START,
	"refused/sink-mode-decimal.hcl": "a slip, of which an odd mode comes there",
	"refused/sink-mode-quoted.hcl": AT_START,
	"refused/sink-no-path.hcl": AT_START,
	"refused/sink-other-type.hcl": AT_START,
	"refused/template-empty.hcl": AT_START,
	"refused/template-no-destination.hcl": WHILE_IT_RUNS,
	"refused/template-no-text.hcl": WHILE_IT_RUNS,
	"refused/template-same-destination.hcl": "whichever is written last stays there",
	"refused/template-setuid.hcl": "a file of secrets is no program",
	"refused/template-two-texts.hcl": WHILE_IT_RUNS,
	"refused/token-file-no-path.hcl": AT_START,
};

function baoAccepts({ path }: AgentConfigCase): Promise<boolean> {
	const args = ["agent", `-config=${path}`, "-test-verify-only"];
	return new Promise((resolve, reject) => {
		execFile(bao ?? "", args, { env: { HOME: "/nonexistent" } }, (error) => {
			if (error === null || error.code === 1) resolve(error === null);
			else reject(error);
		});
	});
}

test.runIf(bao !== undefined).each(agentConfigs("vault-agent"))(
	"OpenBao's agent says the same of $name",
	async (given) => {
		const isAccepted = !("error" in (JSON.parse(readFileSync(given.expectedPath, "utf8")) as object));

		const isSame = (await baoAccepts(given)) === isAccepted;

		expect(isSame).toBe(DIFFERENCES[given.name] === undefined);
	},
);
