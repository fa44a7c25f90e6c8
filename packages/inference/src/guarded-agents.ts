import { lookup } from 'node:dns/promises';
import { type ClientRequestArgs, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isIP } from 'node:net';
import { ArenaError } from '@agon/domain';
import type { AddressGuard } from './address-guard.ts';

/** Ports of this arena on this machine, as they are now. */
export type OwnPorts = () => Promise<readonly number[]>;

export type HostAddress = { readonly address: string; readonly family: number };
/** All addresses of a name. @throws where it has none */
export type Resolve = (host: string) => Promise<readonly HostAddress[]>;

export type GuardedAgents = { readonly http: HttpAgent; readonly https: HttpsAgent };

/** Servers hang up on idle connections after five seconds, often: a call that meets that moment is lost. */
const IDLE_MS = 4000;

const resolveByMachine: Resolve = (host) => lookup(host, { all: true });

/**
 * Agents whose every new connection is looked at first: all addresses of its name, and it goes to no other. Connections
 * that wait for their next call were looked at under the same rules, so rules that differ need agents of their own.
 * A refused one fails with ArenaError('provider_forbidden').
 */
export function createGuardedAgents(options: {
  readonly guard: AddressGuard;
  readonly allowsPrivate: boolean;
  readonly ownPorts: OwnPorts;
  /** Default: as this machine resolves names. */
  readonly resolve?: Resolve;
}): GuardedAgents {
  const { guard, allowsPrivate, ownPorts, resolve = resolveByMachine } = options;

  const checkedAddresses = async (host: string, port: number): Promise<readonly HostAddress[]> => {
    const family = isIP(host);
    const [addresses, ports] = await Promise.all([
      family === 0 ? resolve(host) : [{ address: host, family }],
      ownPorts(),
    ]);
    for (const { address } of addresses) {
      const refusal = guard.refusal({ host, port, allowsPrivate }, address, ports);
      if (refusal !== null)
        throw new ArenaError('provider_forbidden', refusal.message, { hint: refusal.hint });
    }
    return addresses;
  };

  const watch = <A extends HttpAgent>(agent: A): A => {
    const connect = agent.createConnection.bind(agent);
    agent.createConnection = (target, done) => {
      checkedAddresses(String(target.host), Number(target.port)).then(
        (addresses) => done?.(null, connect({ ...target, lookup: answerWith(addresses) })!),
        // the agent reads the error alone
        (error) => done?.(error, undefined as never),
      );
      return undefined;
    };
    return agent;
  };
  const settings = { keepAlive: true, timeout: IDLE_MS, maxFreeSockets: 1024 };
  return { http: watch(new HttpAgent(settings)), https: watch(new HttpsAgent(settings)) };
}

/** Gives the socket the addresses that were looked at, whatever the name means by now. */
function answerWith(addresses: readonly HostAddress[]): NonNullable<ClientRequestArgs['lookup']> {
  return (_host, { all }, done) => {
    const [first] = addresses;
    if (first === undefined) done(Object.assign(new Error('no address'), { code: 'ENOTFOUND' }), '', 0);
    else if (all === true) done(null, [...addresses]);
    else done(null, first.address, first.family);
  };
}
