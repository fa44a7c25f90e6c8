/**
 * Child process of the vote bench: `voters` people who vote as fast as they are answered. Prints a JSON line after
 * every 10,000 votes, and one at the end: votes, seconds, latencies in milliseconds of the vote requests alone.
 *
 * `inline`: each voter asks for five battles, votes on them, and asks again; draws are part of the time.
 * `drawn-before`: in waves; all voters draw five battles, then the clock runs while all of them vote.
 */
import { randomUUID } from 'node:crypto';
import { HttpConnection, type Reply } from './http-connection.ts';

const [url = '', campaign = '', mode = 'inline', votersText = '200', votesText = '20000'] =
  process.argv.slice(2);
const HELD = 5;
const { hostname, port, host } = new URL(url);
let budget = Number(votesText);
const latencies: number[] = [];

type Voter = { readonly connection: HttpConnection; readonly cookie: string };
type Ticket = { readonly battle: string; readonly ticket: string };

function post(connection: HttpConnection, path: string, body: string, cookie: string): Promise<Reply> {
  return connection.send(
    `POST ${path} HTTP/1.1\r\nhost: ${host}\r\norigin: ${url}\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\ncookie: ${cookie}\r\n\r\n${body}`,
  );
}

async function enter(): Promise<Voter> {
  const connection = new HttpConnection(hostname, Number(port));
  const consent = await post(
    connection,
    `/api/v1/campaigns/${campaign}/consents`,
    '{"version":1,"language":"en"}',
    '',
  );
  if (consent.status !== 201) throw new Error(`consent: ${consent.status} ${consent.body}`);
  const cookies = [...consent.head.matchAll(/\r\nset-cookie: ([^;\r]+)/gi)].map((found) => found[1]);
  return { connection, cookie: cookies.join('; ') };
}

async function draw({ connection, cookie }: Voter): Promise<Ticket[]> {
  const drawn = await post(
    connection,
    `/api/v1/campaigns/${campaign}/battles`,
    `{"count":${HELD},"holding":[]}`,
    cookie,
  );
  if (drawn.status !== 201) throw new Error(`draw: ${drawn.status} ${drawn.body}`);
  const tickets = [...drawn.body.matchAll(/"id":"([0-9a-f-]{36})","ticket":"([^"]+)"/g)].map((found) => ({
    battle: found[1]!,
    ticket: found[2]!,
  }));
  if (tickets.length === 0) throw new Error('no battle left');
  return tickets;
}

async function vote({ connection, cookie }: Voter, { battle, ticket }: Ticket): Promise<void> {
  const startMs = performance.now();
  const body = `{"ticket":"${ticket}","outcome":"a","idempotency_key":"${randomUUID()}"}`;
  const reply = await post(connection, `/api/v1/battles/${battle}/votes`, body, cookie);
  if (reply.status !== 201) throw new Error(`vote: ${reply.status} ${reply.body}`);
  latencies.push(performance.now() - startMs);
  if (latencies.length % 10_000 === 0)
    process.stdout.write(`${JSON.stringify({ reached: latencies.length })}\n`);
}

/** Votes on what the voter holds, as long as there is budget. */
async function voteAll(voter: Voter, tickets: readonly Ticket[]): Promise<void> {
  for (const ticket of tickets) {
    if (budget <= 0) return;
    budget -= 1;
    await vote(voter, ticket);
  }
}

const voters = await Promise.all(Array.from({ length: Number(votersText) }, enter));
let ms = 0;
if (mode === 'inline') {
  const startMs = performance.now();
  await Promise.all(
    voters.map(async (voter) => {
      while (budget > 0) await voteAll(voter, await draw(voter));
    }),
  );
  ms = performance.now() - startMs;
} else {
  while (budget > 0) {
    const held = await Promise.all(voters.map(draw));
    const startMs = performance.now();
    await Promise.all(voters.map((voter, i) => voteAll(voter, held[i]!)));
    ms += performance.now() - startMs;
  }
}
const { user, system } = process.cpuUsage();
latencies.sort((x, y) => x - y);
const at = (share: number) =>
  latencies[Math.min(latencies.length - 1, Math.floor(share * latencies.length))] ?? 0;
process.stdout.write(
  `${JSON.stringify({ votes: latencies.length, seconds: ms / 1000, p50: at(0.5), p95: at(0.95), p99: at(0.99), processorSeconds: (user + system) / 1e6 })}\n`,
);
for (const { connection } of voters) connection.close();
