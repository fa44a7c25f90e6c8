/** The peer: as many calls through Node's own fetch, the same number in flight, and nothing else: no parsing, no storing. */
const [url = '', calls = '2000', concurrency = '64'] = process.argv.slice(2);

const answer = 'A line of an answer. '.repeat(20);
const content = (i: number) => `Compare.\n${answer}\n${answer}\nEnd with <v-n${i}>…</v-n${i}>`;
let next = 0;

async function work(): Promise<void> {
  while (next < Number(calls)) {
    const i = next;
    next += 1;
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        model: 'slow',
        messages: [{ role: 'user', content: content(i) }],
        temperature: 0,
        max_tokens: 700,
      }),
    });
    await response.json();
  }
}

const startMs = performance.now();
await Promise.all(Array.from({ length: Number(concurrency) }, work));
process.stdout.write(`${JSON.stringify({ seconds: (performance.now() - startMs) / 1000 })}\n`);
