import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { propertiesFormat } from "../../src/template/format/properties.ts";
import { anyText, rendered } from "../support/rendered.ts";

const hasJava = spawnSync("java", ["-version"]).status === 0;

/** Loads `0.properties`, `1.properties`, … as Latin-1 and prints their entries, each text ended by a NUL. */
const LOADER = `
import java.io.*;
import java.nio.charset.StandardCharsets;
import java.util.*;

public class Loader {
	public static void main(String[] args) throws Exception {
		PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), false, "UTF-8");
		for (int i = 0; i < Integer.parseInt(args[1]); i++) {
			Properties read = new Properties();
			try (InputStream in = new FileInputStream(args[0] + "/" + i + ".properties")) {
				read.load(in);
			}
			out.print(read.size() + "\\0");
			for (String key : read.stringPropertyNames()) out.print(key + "\\0" + read.getProperty(key) + "\\0");
		}
		out.flush();
	}
}
`;

describe.skipIf(!hasJava)("propertiesFormat with java.util.Properties", () => {
	let directory = "";
	beforeAll(() => {
		directory = mkdtempSync(join(tmpdir(), "keyturn-properties-"));
		writeFileSync(join(directory, "Loader.java"), LOADER);
	});
	afterAll(() => rmSync(directory, { recursive: true }));

	/** One JVM reads all texts. */
	function load(texts: readonly string[]): Record<string, string>[] {
		texts.forEach((text, index) => writeFileSync(join(directory, `${index}.properties`), text));
		const run = spawnSync("java", [join(directory, "Loader.java"), directory, String(texts.length)], {
			maxBuffer: 2 ** 28,
		});
		expect(run.stderr.toString()).toBe("");
		const words = run.stdout.toString().split("\0")[Symbol.iterator]();
		const next = () => words.next().value ?? "";
		return texts.map(() =>
			Object.fromEntries(Array.from({ length: Number(next()) }, () => [next(), next()] as const)),
		);
	}

	test("every text comes back in every context", () => {
		const values = fc.sample(anyText, 2000);
		const text = values.map((_value, index) => `k${index}=§\n§.${index} : <§>\n`).join("");

		const [entries] = load([
			rendered(
				propertiesFormat,
				text,
				values.flatMap((value) => [value, value, value]),
			),
		]);

		expect(entries).toEqual(
			Object.fromEntries(
				values.flatMap((value, index) => [
					[`k${index}`, value],
					[`${value}.${index}`, `<${value}>`],
				]),
			),
		);
	});

	test("parse() reads what Java reads", () => {
		const unit = fc.constantFrom(
			..."ab=:#!\\ \t\f\n\r".split(""),
			"\\\n",
			"\\\r\n",
			"\\u0041",
			"\n#",
			"\\ ",
			"k=v\n",
		);
		const texts = fc.sample(fc.string({ unit, maxLength: 16 }), 1000).map((text) => `${text}x`);

		expect(texts.map((text) => propertiesFormat.parse(text))).toEqual(load(texts));
	});
});
