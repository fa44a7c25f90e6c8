import type { Board } from '@agon/contract';
import type { PairColumns } from '../ports/board-fits.ts';

/** Pairs written at a time. */
const BATCH = 4096;

export function presentPairs({ models, a, b, wins, ties, losses }: PairColumns): Board['pairs'] {
  return Array.from(a, (first, pair) => ({
    model_a: models[first]!,
    model_b: models[b[pair]!]!,
    wins: wins[pair]!,
    ties: ties[pair]!,
    losses: losses[pair]!,
  }));
}

/** `JSON.stringify(presentPairs(…))`, in UTF-8: of 300 models 5 MB, which a thread that serves requests should not make. */
export function writePairs({ models, a, b, wins, ties, losses }: PairColumns): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const names = models.map((name) => JSON.stringify(name));
  const parts: Uint8Array[] = [];
  let text = '[';
  for (let pair = 0; pair < a.length; pair += 1) {
    const comma = pair === 0 ? '' : ',';
    text += `${comma}{"model_a":${names[a[pair]!]},"model_b":${names[b[pair]!]},"wins":${wins[pair]},"ties":${ties[pair]},"losses":${losses[pair]}}`;
    if ((pair + 1) % BATCH !== 0) continue;
    parts.push(encoder.encode(text));
    text = '';
  }
  parts.push(encoder.encode(`${text}]`));
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
