import { requestId } from './request-id.ts';

/** From the gravest on; a level includes those before it. */
export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What is logged of one event. `level` is `error` where nothing is said. Never a value that somebody sent. */
type LogEntry = {
  readonly event: string;
  readonly level?: LogLevel;
  readonly [field: string]: unknown;
};

/** Where events go; a list in tests. */
export type Log = (entry: LogEntry) => void;

export type LineLogOptions = {
  readonly level: LogLevel;
  readonly write: (line: string) => void;
  readonly now: () => number;
};

/**
 * One JSON document a line: time, level, id of the request if there is one, and the event. What looks like a key, a
 * password in an address, a session or an e-mail address is blotted out whatever field it stands in: the last net, under
 * messages that say nothing of that kind in the first place.
 */
export function createLineLog({ level: most, write, now }: LineLogOptions): Log {
  const loudest = LOG_LEVELS.indexOf(most);
  return ({ event, level = 'error', ...fields }) => {
    if (LOG_LEVELS.indexOf(level) > loudest) return;
    const request = requestId();
    const entry = {
      time: new Date(now()).toISOString(),
      level,
      ...(request === undefined ? {} : { request }),
      event,
      ...fields,
    };
    write(`${blotted(JSON.stringify(entry))}\n`);
  };
}

const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/\b(agon_[a-z]+_|agon_|sk-|pk-|hf_|gsk_|xai-|ghp_|AIza)[\w-]{6,}/g, '$1…'],
  [/\b(bearer|basic) +[\w.~+/=-]{6,}/gi, '$1 …'],
  [/(session_token=)[^;"\s]+/g, '$1…'],
  [/(\w+:\/\/)[^/\s"@]*@/g, '$1…@'],
  [/[\w.+-]+@[\w-]+(\.[\w-]+)+/g, '…@…'],
];

function blotted(line: string): string {
  return SECRETS.reduce((text, [pattern, blot]) => text.replace(pattern, blot), line);
}
