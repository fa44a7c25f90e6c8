import { randomUUID } from 'node:crypto';

type Ticket = { readonly id: string; readonly ticket: string };

/**
 * People who vote while something else goes on: each draws and votes every `everyMs`, until `stop` is called.
 * @returns latencies of the votes alone, ms
 */
export function startVoters(
  url: string,
  campaign: string,
  { voters, everyMs }: { readonly voters: number; readonly everyMs: number },
): { stop(): Promise<readonly number[]> } {
  const latencies: number[] = [];
  let stopped = false;
  const post = async (path: string, body: unknown, cookie: string) => {
    const response = await fetch(`${url}/api/v1/${path}`, {
      method: 'POST',
      headers: { origin: url, 'content-type': 'application/json', cookie },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response;
  };
  const one = async (index: number) => {
    const consent = await post(`campaigns/${campaign}/consents`, { version: 1, language: 'en' }, '');
    const cookie = consent.headers
      .getSetCookie()
      .map((each) => each.split(';')[0])
      .join('; ');
    await new Promise((resolve) => setTimeout(resolve, (everyMs * index) / voters));
    while (!stopped) {
      const startMs = performance.now();
      const drawn = await post(`campaigns/${campaign}/battles`, { count: 1, holding: [] }, cookie);
      const [battle] = ((await drawn.json()) as { battles: Ticket[] }).battles;
      const votedMs = performance.now();
      await post(
        `battles/${battle!.id}/votes`,
        { ticket: battle!.ticket, outcome: 'a', idempotency_key: randomUUID() },
        cookie,
      );
      latencies.push(performance.now() - votedMs);
      await new Promise((resolve) =>
        setTimeout(resolve, Math.max(0, everyMs - (performance.now() - startMs))),
      );
    }
  };
  const all = Promise.all(Array.from({ length: voters }, (_, index) => one(index)));
  return {
    async stop() {
      stopped = true;
      await all;
      return latencies;
    },
  };
}
