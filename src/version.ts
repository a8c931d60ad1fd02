import manifest from "../package.json" with { type: "json" };

/** Version of the package, as `agent --version` prints it. */
export const { version } = manifest;
