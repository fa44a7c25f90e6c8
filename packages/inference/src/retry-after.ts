export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** No server means longer; a time beyond the calendar would stop a run for good. */
const LONGEST_MS = 30 * 86_400_000;

/** @returns milliseconds that a server asks to be left alone for, 0..30 days; null: it does not say */
export function readRetryAfter(
  { headers, body }: { readonly headers: Headers; readonly body: string },
  nowMs: number,
): number | null {
  const asked =
    numberOf(headers['retry-after-ms']) ??
    readSecondsOrDate(headers['retry-after'], nowMs) ??
    readReset(headers, nowMs) ??
    // Gemini writes it into the body alone (google.rpc.RetryInfo)
    readDuration(/"retryDelay":\s*"([\d.]+s)"/.exec(body)?.[1], nowMs);
  return asked === null ? null : Math.round(Math.min(Math.max(asked, 0), LONGEST_MS));
}

/** RFC 9110, 10.2.3. */
function readSecondsOrDate(value: string | string[] | undefined, nowMs: number): number | null {
  const seconds = numberOf(value);
  if (seconds !== null) return seconds * 1000;
  const atMs = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(atMs) ? null : atMs - nowMs;
}

/** What OpenAI and others write where they name no Retry-After: for each limit what remains, and when it is whole again. */
function readReset(headers: Headers, nowMs: number): number | null {
  const waits = ['-requests', '-tokens', ''].flatMap((limit) => {
    const remaining = numberOf(headers[`x-ratelimit-remaining${limit}`]);
    // a limit of which something is left is not the one that was met
    if (remaining !== null && remaining > 0) return [];
    return readDuration(headers[`x-ratelimit-reset${limit}`], nowMs) ?? [];
  });
  return waits.length === 0 ? null : Math.max(...waits);
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `6m0s`, `20ms`; a number is seconds, or a time since 1970 in seconds or milliseconds. */
export function readDuration(value: string | string[] | undefined, nowMs: number): number | null {
  const number = numberOf(value);
  if (number !== null)
    return number > 1e11 ? number - nowMs : number > 1e9 ? number * 1000 - nowMs : number * 1000;
  if (typeof value !== 'string' || !/^(?:\d+(?:\.\d+)?(?:ms|[smhd]))+$/.test(value)) return null;
  const parts = [...value.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g)];
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * UNIT_MS[unit!]!, 0);
}

export function numberOf(value: string | string[] | undefined): number | null {
  return typeof value === 'string' && /^\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : null;
}
