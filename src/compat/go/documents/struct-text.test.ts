import { expect, test } from "vitest";
import { rendered } from "../../../../test/support/go-template-bench.ts";

// What encoding/json, yaml.v2 and BurntSushi's encoder make of a `*semver.Version`, which marshals itself as text.
test.each([
	['{{ sprig_toJson (sprig_semver "v1.2-beta.1") }}', '"1.2.0-beta.1"'],
	['{{ toJSON (sprig_list (sprig_semver "1.2.3+5")) }}', '["1.2.3+5"]'],
	['{{ toYAML (sprig_dict "v" (sprig_semver "1.2.3")) }}', "v: 1.2.3"],
	['{{ toTOML (sprig_dict "v" (sprig_semver "1.2.3")) }}', 'v = "1.2.3"'],
	['{{ toTOML (sprig_dict "l" (sprig_list (sprig_semver "1.2.3"))) }}', 'l = ["1.2.3"]'],
	['{{ toTOML (sprig_semver "1.2.3") }}', '"1.2.3"'],
])("in a document a version is its text: %s", async (template, text) => {
	expect(await rendered(template)).toBe(text);
});
