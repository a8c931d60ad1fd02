/** Where all of these programs look for the server when nobody says. */
export const DEFAULT_ADDRESS = "https://127.0.0.1:8200";

/** How often they read again what has no lease when nobody says. */
export const DEFAULT_INTERVAL = "5m";

/** How often they try again when nobody says; pauses in milliseconds. */
export const DEFAULT_TRIES = { attempts: 12, firstMs: 250, longestMs: 60_000 };
