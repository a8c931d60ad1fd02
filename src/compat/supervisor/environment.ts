/** Variables by name. */
type Environment = Readonly<Record<string, string | undefined>>;

/** The environment as consul-template and envconsul see it: of OpenBao's variables they know none. */
export function supervisorEnvironment(env: Environment): Environment {
	return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("BAO_")));
}
