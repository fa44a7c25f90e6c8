import { isIP } from 'node:net';
import { ArenaError } from '@agon/domain';

/** An http(s) address that is read by everybody in the same way. */
export type PlainUrl = {
  /** As it was written, without slashes at its end. */
  readonly text: string;
  /** A name in lower case, or an IP address without brackets. */
  readonly host: string;
  readonly port: number;
  /** The host is an IP address. */
  readonly isLiteral: boolean;
};

/**
 * Takes only what is written plainly: an address that its reader rewrites (octal or short numbers, look-alike letters,
 * escapes, backslashes) shows people one host and reaches another.
 * @throws ArenaError('invalid_request') with the plain spelling where there is one
 */
export function readPlainUrl(written: string): PlainUrl {
  if (!URL.canParse(written)) {
    refuse('This is no address of a server.', 'Write it as https://api.example.org/v1');
  }
  const url = new URL(written);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    refuse('The address of a provider begins with http:// or https://.', 'Name an OpenAI-compatible server.');
  }
  if (url.username !== '' || url.password !== '' || /^[^/]*\/\/[^/]*@/.test(written)) {
    refuse('The address holds a user name or a password.', 'Leave them out, and give the key apart.');
  }
  if (/[?#]/.test(written)) {
    refuse('The address holds a query or a fragment.', `Write it as ${plainSpelling(url)}`);
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const text = withoutSlashes(written);
  if (text !== withoutSlashes(url.href) || host.endsWith('.') || host === '') {
    refuse('The address is not written plainly.', `Write it as ${plainSpelling(url)}`);
  }
  const port = url.port === '' ? (url.protocol === 'http:' ? 80 : 443) : Number(url.port);
  return { text, host, port, isLiteral: isIP(host) !== 0 };
}

function refuse(message: string, hint: string): never {
  throw new ArenaError('invalid_request', message, { hint });
}

function withoutSlashes(text: string): string {
  return text.replace(/\/+$/, '');
}

function plainSpelling(url: URL): string {
  const host = url.hostname.replace(/\.+$/, '');
  return withoutSlashes(`${url.protocol}//${host}${url.port === '' ? '' : `:${url.port}`}${url.pathname}`);
}
