/**
 * An OpenAI-compatible server that gives every judge a verdict after `ms` milliseconds, in a process of its own. Its
 * address comes as one JSON line; `GET /seen` says when the first request came and how many there were.
 */
import { createServer } from 'node:http';

const latencyMs = Number(process.argv[2] ?? 50);
let first: number | null = null;
let requests = 0;
let inFlight = 0;
let most = 0;

const server = createServer((request, response) => {
  response.setHeader('content-type', 'application/json');
  if (request.url === '/seen') {
    response.end(JSON.stringify({ first, requests, most }));
    [first, requests, most] = [null, 0, 0];
    return;
  }
  first ??= Date.now();
  requests += 1;
  inFlight += 1;
  most = Math.max(most, inFlight);
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    const nonce = /<v-([a-z0-9]+)>/.exec(Buffer.concat(parts).toString('utf8'))?.[1] ?? '';
    setTimeout(() => {
      inFlight -= 1;
      response.end(
        JSON.stringify({
          id: 'x',
          object: 'chat.completion',
          created: 0,
          model: 'slow',
          system_fingerprint: 'slow-1',
          choices: [
            {
              index: 0,
              finish_reason: 'stop',
              message: { role: 'assistant', content: `Because.\n<v-${nonce}>A</v-${nonce}>` },
            },
          ],
          usage: { prompt_tokens: 300, completion_tokens: 12, total_tokens: 312 },
        }),
      );
    }, latencyMs);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${address.port}` })}\n`);
});
