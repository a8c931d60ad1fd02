import { defineConfig } from "vitest/config";

/** Unit tests share threads for speed; whatever spawns processes gets forks of its own. */
export default defineConfig({
	test: {
		maxWorkers: 2, // most of a test is waiting, for children and clocks
		projects: [
			{
				test: { name: "unit", include: ["src/**/*.test.ts"], pool: "threads", isolate: false },
			},
			{
				test: {
					name: "contract",
					include: ["test/contract/**/*.test.ts"],
					pool: "forks",
					testTimeout: 60_000,
				},
			},
			{
				test: {
					name: "integration",
					include: ["test/integration/**/*.test.ts"],
					pool: "forks",
					testTimeout: 30_000,
				},
			},
			{
				test: {
					name: "faults",
					include: ["test/faults/**/*.test.ts"],
					pool: "forks",
					testTimeout: 60_000,
				},
			},
			{
				test: { name: "e2e", include: ["test/e2e/**/*.test.ts"], pool: "forks", testTimeout: 60_000 },
			},
		],
	},
});
