/**
 * Child process of the vote bench: `voters` people who vote as fast as they are answered. Prints one JSON line:
 * votes, seconds, latencies in milliseconds of the vote requests alone.
 */
import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import type { DrawnBattles } from '@agon/contract';

const [url = '', campaign = '', votersText = '200', votesText = '20000'] = process.argv.slice(2);
const voters = Number(votersText);
let budget = Number(votesText);
const { hostname, port } = new URL(url);
const agent = new Agent({ keepAlive: true, maxSockets: voters });
const latencies: number[] = [];

function post(
  path: string,
  body: unknown,
  cookie: string,
): Promise<{ status: number; text: string; cookies: string[] }> {
  const text = JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const call = request(
      {
        agent,
        hostname,
        port,
        path,
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(text),
          origin: url,
          cookie,
        },
      },
      (response) => {
        let reply = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          reply += chunk;
        });
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            text: reply,
            cookies: response.headers['set-cookie'] ?? [],
          }),
        );
      },
    );
    call.on('error', reject);
    call.end(text);
  });
}

async function vote(): Promise<void> {
  const consent = await post(`/api/v1/campaigns/${campaign}/consents`, { version: 1, language: 'en' }, '');
  if (consent.status !== 201) throw new Error(`consent: ${consent.status} ${consent.text}`);
  const cookie = consent.cookies.map((line) => line.split(';')[0]).join('; ');
  let held: DrawnBattles['battles'] = [];
  while (budget > 0) {
    if (held.length === 0) {
      const drawn = await post(`/api/v1/campaigns/${campaign}/battles`, { count: 5, holding: [] }, cookie);
      if (drawn.status !== 201) throw new Error(`draw: ${drawn.status} ${drawn.text}`);
      held = (JSON.parse(drawn.text) as DrawnBattles).battles;
      if (held.length === 0) throw new Error('no battle left');
    }
    const battle = held.shift()!;
    budget -= 1;
    const startMs = performance.now();
    const reply = await post(
      `/api/v1/battles/${battle.id}/votes`,
      { ticket: battle.ticket, outcome: 'a', idempotency_key: randomUUID() },
      cookie,
    );
    if (reply.status !== 201) throw new Error(`vote: ${reply.status} ${reply.text}`);
    latencies.push(performance.now() - startMs);
  }
}

const startMs = performance.now();
await Promise.all(Array.from({ length: voters }, vote));
const seconds = (performance.now() - startMs) / 1000;
latencies.sort((x, y) => x - y);
const at = (share: number) =>
  latencies[Math.min(latencies.length - 1, Math.floor(share * latencies.length))] ?? 0;
process.stdout.write(
  `${JSON.stringify({ votes: latencies.length, seconds, p50: at(0.5), p95: at(0.95), p99: at(0.99) })}\n`,
);
agent.destroy();
