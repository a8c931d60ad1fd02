import { expect, test } from "vitest";
import { handingOver, someReport } from "../../../test/support/status-report.ts";
import { statusText } from "./status-text.ts";

test("a report reads as a page of words", () => {
	expect(statusText(someReport())).toBe(
		[
			"ready  generation 2, 4m old  token 41m left (renewed 19m ago)",
			"secret                       version  age  next read  state",
			"secret/data/llm/openai       5        4m   8 s        fresh",
			"database/creds/model-server  lease    12m  renew 28m  held, 48m left",
			"file                       mode  state",
			"/vault/secrets/openai.env  0600  current",
			"variable        state",
			"OPENAI_API_KEY  current",
			"child  litellm  pid 4188  up 4m  generation 2  1 turn-over, 0 restarts",
			"",
		].join("\n"),
	);
});

test("what is wrong stands beside what it concerns", () => {
	const error = { code: "E_X", message: "it went wrong" };
	const lines = statusText({
		...someReport({ state: "starting", generation: { number: 0 } }),
		token: { valid: false, method: "approle" },
		secrets: [{ path: "a/b", state: "failing", last_error: error }],
		files: [
			{
				destination: "/out",
				mode: "0600",
				required: true,
				state: "kept",
				last_error: error,
				notes: ['a.tpl:1:2: field "x" is not in kv/a'],
			},
		],
		variables: [],
		child: { command: "litellm", state: "exited", exit_code: 3, turn_overs: 2, restarts: 1 },
		notifications: { outstanding: 2, last_error: error },
		delivery_error: error,
		last_reload: { result: "failed", seconds_ago: 60, error },
	}).split("\n");

	expect(lines).toEqual([
		"starting  nothing delivered yet  no valid token (approle)",
		"secret  version  age  next read  state",
		"a/b                              failing: it went wrong (E_X)",
		"file  mode  state",
		"/out  0600  kept: it went wrong (E_X)",
		"child  litellm  exited with 3  2 turn-overs, 1 restart",
		'note      a.tpl:1:2: field "x" is not in kv/a',
		"delivery  it went wrong (E_X)",
		"to tell   2 outstanding: it went wrong (E_X)",
		"reload    1m ago: it went wrong (E_X)",
		"",
	]);
});

test("a hand-over shows who serves, who is next and who still ends what it had begun", () => {
	const lines = statusText(someReport({ child: handingOver() })).split("\n");

	expect(lines.slice(-6)).toEqual([
		"child     litellm       pid 4188        up 4m          port 41873  generation 2  1 turn-over, 0 restarts",
		"next      generation 3  pid 4201        getting ready",
		"draining  generation 1  pid 4121        for 12 s       3 open",
		"draining  generation 1  pid 4007        for 31 s       1 open",
		"front     0.0.0.0:4000  42 connections",
		"",
	]);
});

test("a front says what its clients have met, and that it is not open yet", () => {
	const front = {
		address: "unix:/gw",
		open: true,
		connections: 1,
		waiting: 1,
		accepted: 9,
		failed: 2,
		cut: 3,
	};
	const last = (over: object) =>
		statusText(someReport({ child: handingOver({ front: { ...front, ...over } }) }))
			.split("\n")
			.at(-2);

	expect(last({})).toMatch(/^front +unix:\/gw +1 connection +1 waiting +2 failed +3 cut$/);
	expect(last({ open: false })).toMatch(/^front +unix:\/gw +not open yet$/);
});

test("a generation that the child could not live with is said to be rejected", () => {
	const generation = { number: 3, age_seconds: 5, rejected: true } as const;

	expect(statusText(someReport({ generation })).split("\n")[0]).toContain(
		"generation 3, 5 s old, rejected by the child",
	);
});

test("no text of the report reaches a terminal as an order", () => {
	const path = "secret/\u001b[2J\u009b1m\nready";

	const text = statusText(someReport({ secrets: [{ path, state: "fresh" }] }));

	expect(text.replaceAll("\n", "")).not.toMatch(/\p{Cc}/u);
	expect(text).toContain("secret/ [2J 1m ready");
});

test("a token without an end has no time left", () => {
	const token = { valid: true, method: "token", renewed_seconds_ago: 3 };

	expect(statusText(someReport({ token })).split("\n")[0]).toContain("token without end (renewed 3 s ago)");
});

test("a hand-over that does not come to its end says since when, how often and why", () => {
	const next = { pid: 4201, generation: 3, starting_seconds: 12, attempt: 3, last_failure: "answered 503" };
	const rejected = { generation: 3, attempts: 3, last_failure: "answered 503" };
	const child = handingOver({ next, rejected, draining: [] });
	const front = { ...child.front, turning_away: true, failed: 2 } as typeof child.front & object;
	const lines = statusText(someReport({ child: { ...child, front } })).split("\n");

	expect(lines.slice(-5).map((line) => line.replaceAll(/ {2,}/g, "  "))).toEqual([
		"child  litellm  pid 4188  up 4m  port 41873  generation 2  1 turn-over, 0 restarts",
		"next  generation 3  pid 4201  getting ready for 12 s  attempt 3, before it: answered 503",
		"rejected  generation 3  tried 3 times  answered 503",
		"front  0.0.0.0:4000  42 connections  turns clients away  2 failed",
		"",
	]);
});

test("each fault of a config has a line of its own", () => {
	const error = { code: "E_CONFIG", message: "agent.yaml:1:1: one\nagent.yaml:2:1: two" };
	const reload = { result: "failed", seconds_ago: 60, error } as const;

	expect(
		statusText(someReport({ last_reload: reload }))
			.split("\n")
			.slice(-3),
	).toEqual(["reload  1m ago: agent.yaml:1:1: one", "        agent.yaml:2:1: two (E_CONFIG)", ""]);
});
