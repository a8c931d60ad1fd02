const MONTHS = [
	"January",
	"February",
	"March",
	"April",
	"May",
	"June",
	"July",
	"August",
	"September",
	"October",
	"November",
	"December",
] as const;
const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"] as const;

/** `time.RFC3339` */
export const RFC_3339 = "2006-01-02T15:04:05Z07:00";

/**
 * The parts of a layout that stand for something: those of Go's reference time, Mon Jan 2 15:04:05 MST 2006
 * (pkg.go.dev/time#Layout). Of several that begin alike the longer one counts.
 */
const PARTS =
	/January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|002|0[1-6]|15|1|2006|2|(?<=_)2006|__2|_2(?!006)|3|4|5|PM|pm|-070000|-07:00:00|-0700|-07:00|-07|Z070000|Z07:00:00|Z0700|Z07:00|Z07|[.,](?:0+|9+)(?!\d)/g;

/**
 * A time in UTC by a layout of Go's `time` package.
 *
 * @param ms since the epoch
 */
export function formatTime(ms: number, layout: string): string {
	const date = new Date(ms);
	return layout.replaceAll(PARTS, (part) => FORMATS.get(part)?.(date) ?? fractionOf(date, part));
}

const two = (value: number) => String(value).padStart(2, "0");
const twelve = (date: Date) => date.getUTCHours() % 12 || 12;
const yearDay = (date: Date) => {
	const start = Date.UTC(date.getUTCFullYear(), 0, 1);
	return Math.floor((date.getTime() - start) / 86_400_000) + 1;
};

const FORMATS: ReadonlyMap<string, (date: Date) => string> = new Map([
	["January", (date: Date) => monthOf(date)],
	["Jan", (date: Date) => monthOf(date).slice(0, 3)],
	["1", (date: Date) => String(date.getUTCMonth() + 1)],
	["01", (date: Date) => two(date.getUTCMonth() + 1)],
	["Monday", (date: Date) => dayOf(date)],
	["Mon", (date: Date) => dayOf(date).slice(0, 3)],
	["2", (date: Date) => String(date.getUTCDate())],
	["_2", (date: Date) => String(date.getUTCDate()).padStart(2)],
	["02", (date: Date) => two(date.getUTCDate())],
	["__2", (date: Date) => String(yearDay(date)).padStart(3)],
	["002", (date: Date) => String(yearDay(date)).padStart(3, "0")],
	["15", (date: Date) => two(date.getUTCHours())],
	["3", (date: Date) => String(twelve(date))],
	["03", (date: Date) => two(twelve(date))],
	["4", (date: Date) => String(date.getUTCMinutes())],
	["04", (date: Date) => two(date.getUTCMinutes())],
	["5", (date: Date) => String(date.getUTCSeconds())],
	["05", (date: Date) => two(date.getUTCSeconds())],
	["2006", (date: Date) => String(date.getUTCFullYear()).padStart(4, "0")],
	["06", (date: Date) => two(date.getUTCFullYear() % 100)],
	["PM", (date: Date) => (date.getUTCHours() >= 12 ? "PM" : "AM")],
	["pm", (date: Date) => (date.getUTCHours() >= 12 ? "pm" : "am")],
	["MST", () => "UTC"],
	...["Z070000", "Z07:00:00", "Z0700", "Z07:00", "Z07"].map((part) => [part, () => "Z"] as const),
	...["-070000", "-07:00:00", "-0700", "-07:00", "-07"].map(
		(part) => [part, () => part.replace("-", "+").replace("7", "0")] as const,
	),
]);

function monthOf(date: Date): string {
	return MONTHS[date.getUTCMonth()] ?? "";
}

function dayOf(date: Date): string {
	return DAYS[date.getUTCDay()] ?? "";
}

/** `.000` has as many digits as it says, `.999` no noughts at its end, and then no point either. */
function fractionOf(date: Date, part: string): string {
	const [mark = "", kind] = part;
	const digits = String(date.getUTCMilliseconds()).padStart(3, "0").padEnd(9, "0");
	const shown = digits.slice(0, part.length - 1).padEnd(part.length - 1, "0");
	if (kind === "0") return mark + shown;
	const short = shown.replace(/0+$/, "");
	return short === "" ? "" : mark + short;
}
