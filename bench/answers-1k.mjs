// A child for the bench: answers every request with 1 KiB, after as many milliseconds of waiting as WAIT_MS says.
import { createServer } from "node:http";

const answer = Buffer.alloc(1024, "x");
const waitMs = Number(process.env.WAIT_MS ?? 0);

createServer((request, response) => {
	request.resume();
	const reply = () => response.writeHead(200, { "Content-Length": answer.length }).end(answer);
	if (waitMs > 0) setTimeout(reply, waitMs);
	else reply();
}).listen(Number(process.env.PORT), "127.0.0.1");
