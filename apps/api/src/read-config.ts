import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ArenaError } from '@agon/domain';
import {
  type ApiSettings,
  DEFAULT_RATE_LIMITS,
  DEFAULT_WATCHER_LIMITS,
  type MetricsRule,
} from './api-settings.ts';
import { LOG_LEVELS, type LogLevel } from './log/line-log.ts';

export type ApiConfig = {
  readonly databaseUrl: string;
  /** Size of the connection pool. */
  readonly connections: number;
  readonly host: string;
  readonly port: number;
  /** Signs sessions and tickets. */
  readonly secret: string;
  /** What seals keys of providers, as AGON_ENCRYPTION_KEY says it; empty: none can be stored. */
  readonly encryptionKeys: string;
  /** The part of the environment that says what providers may be. */
  readonly environment: Readonly<Record<'AGON_PROVIDER_HOSTS' | 'AGON_KEY_VARIABLES', string | undefined>>;
  readonly loadsDemo: boolean;
  /** Where the built pages are; null: the API alone. */
  readonly pages: string | null;
  readonly logLevel: LogLevel;
  readonly settings: ApiSettings;
};

type Env = Readonly<Record<string, string | undefined>>;

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];
const SHORTEST_SECRET = 32;
const SHORTEST_METRICS_KEY = 16;
const PAGES = fileURLToPath(new URL('../../web/build/handler.js', import.meta.url));
const PACKAGE = new URL('../package.json', import.meta.url);

function refuse(name: string, what: string, hint: string): never {
  throw new ArenaError('unknown_option', `${name} ${what}`, { hint, at: { column: name } });
}

function readCount(env: Env, name: string, fallback: number, most: number): number {
  const text = env[name];
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value <= most) return value;
  return refuse(
    name,
    `must be a whole number from 0 to ${most}, not "${text}".`,
    'Correct it, or leave it out.',
  );
}

function readChoice<const Choice extends string>(
  env: Env,
  name: string,
  choices: readonly Choice[],
  fallback: Choice,
): Choice {
  const text = env[name];
  if (text === undefined || text === '') return fallback;
  const found = choices.find((choice) => choice === text);
  if (found !== undefined) return found;
  const shown = choices.map((choice) => `"${choice}"`).join(', ');
  return refuse(name, `must be one of ${shown}, not "${text}".`, `Leave it out for "${fallback}".`);
}

function readMetricsRule(env: Env, isLocal: boolean): MetricsRule {
  const key = env.AGON_METRICS_KEY ?? '';
  if (key === '') return isLocal ? 'open' : 'closed';
  if (key.length >= SHORTEST_METRICS_KEY && !/\s/.test(key)) return { key };
  return refuse(
    'AGON_METRICS_KEY',
    `must have at least ${SHORTEST_METRICS_KEY} characters and no space.`,
    'Make one: openssl rand -hex 16',
  );
}

function readOrigin(env: Env): string | null {
  const text = env.AGON_PUBLIC_URL;
  if (text === undefined || text === '') return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url !== null && /^https?:$/.test(url.protocol) && url.pathname === '/') return url.origin;
  return refuse(
    'AGON_PUBLIC_URL',
    `is not the address of a site: "${text}".`,
    'Write it as https://arena.example.org',
  );
}

/**
 * Settings of the api process, all of them from the environment:
 * AGON_DATABASE_URL, AGON_SECRET, AGON_OWNER_KEY, HOST, PORT, AGON_PUBLIC_URL, AGON_TRUSTED_PROXY (how many proxies
 * of one's own stand in front), AGON_ENCRYPTION_KEY (32 bytes in base64 that seal keys of providers; several with
 * commas, newest first), AGON_PROVIDER_HOSTS (private addresses that providers may have), AGON_KEY_VARIABLES (variables
 * that administrators may name as keys), AGON_RATE_LIMITS (on, off), AGON_POOL (connections), AGON_DEMO, AGON_WEB (0, 1),
 * AGON_LOG_LEVEL (error, warn, info, debug), AGON_ACCESS_LOG (0, 1), AGON_STREAMS (open boards of one address),
 * AGON_METRICS_KEY (for /metrics, which is not served beyond this machine without one).
 * @throws ArenaError('unknown_option') that names the wrong one
 */
export function readConfig(env: Env): ApiConfig {
  const databaseUrl = env.AGON_DATABASE_URL ?? env.DATABASE_URL ?? '';
  if (databaseUrl === '') {
    refuse('AGON_DATABASE_URL', 'is missing.', 'Use `npm start`, which brings a database, or name one.');
  }
  const secret = env.AGON_SECRET ?? '';
  if (secret.length < SHORTEST_SECRET) {
    refuse(
      'AGON_SECRET',
      `must have at least ${SHORTEST_SECRET} characters.`,
      'Make one: openssl rand -base64 32',
    );
  }
  const rateLimits = readChoice(env, 'AGON_RATE_LIMITS', ['on', 'off'], 'on');
  const host = env.HOST ?? '127.0.0.1';
  const publicOrigin = readOrigin(env);
  const isLocal = LOOPBACK.includes(host) || host === '::1';
  const publicHost = publicOrigin === null ? [] : [new URL(publicOrigin).hostname];
  return {
    databaseUrl,
    connections: readCount(env, 'AGON_POOL', 10, 1000),
    host,
    port: readCount(env, 'PORT', 3000, 65_535),
    secret,
    encryptionKeys: env.AGON_ENCRYPTION_KEY ?? '',
    environment: {
      AGON_PROVIDER_HOSTS: env.AGON_PROVIDER_HOSTS,
      AGON_KEY_VARIABLES: env.AGON_KEY_VARIABLES,
    },
    loadsDemo: env.AGON_DEMO === '1',
    pages: env.AGON_WEB === '0' ? null : PAGES,
    logLevel: readChoice(env, 'AGON_LOG_LEVEL', LOG_LEVELS, 'info'),
    settings: {
      publicOrigin,
      allowedHosts: isLocal ? new Set([...LOOPBACK, ...publicHost]) : null,
      trustedProxies: readCount(env, 'AGON_TRUSTED_PROXY', 0, 10),
      rateLimits: rateLimits === 'off' ? null : DEFAULT_RATE_LIMITS,
      metrics: readMetricsRule(env, isLocal && publicHost.every((name) => LOOPBACK.includes(name))),
      watchers: {
        ...DEFAULT_WATCHER_LIMITS,
        perAddress: readCount(env, 'AGON_STREAMS', DEFAULT_WATCHER_LIMITS.perAddress, 2000),
      },
      checkReplies: env.NODE_ENV === 'production' ? 'blind' : 'all',
      accessLog: readChoice(env, 'AGON_ACCESS_LOG', ['0', '1'], '0') === '1',
      ownerKey: env.AGON_OWNER_KEY || null,
      version: (JSON.parse(readFileSync(PACKAGE, 'utf8')) as { version: string }).version,
    },
  };
}
