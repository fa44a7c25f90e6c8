import { BlockList, isIP } from 'node:net';
import { ArenaError } from '@agon/domain';
import { readPlainUrl } from './plain-url.ts';

/** What AGON_PROVIDER_HOSTS allows beyond public addresses. */
export type AllowList = {
  /** The word `loopback`: 127.0.0.0/8, ::1 and `localhost`. */
  readonly allowsLoopback: boolean;
  /** A row is this very host, with any port or with this one. */
  namesHost(host: string, port: number): boolean;
  /** A row is this very host with this very port. */
  namesPort(host: string, port: number): boolean;
  /** A row is a network that holds this IP address. */
  holds(address: string): boolean;
};

const VARIABLE = 'AGON_PROVIDER_HOSTS';

/**
 * @param text rows between commas: `host`, `host:port`, a network as `10.1.0.0/16`, or the word `loopback`
 * @throws ArenaError('unknown_option') that names the row
 */
export function readAllowList(text: string | undefined): AllowList {
  const hosts = new Set<string>();
  const ports = new Set<string>();
  const networks = new BlockList();
  let allowsLoopback = false;
  for (const row of (text ?? '').split(',').map((part) => part.trim())) {
    if (row === '') continue;
    if (row === 'loopback') allowsLoopback = true;
    else if (row.includes('/')) addNetwork(networks, row);
    else {
      const bracketed = isIP(row) === 6 ? `[${row}]` : row;
      const { host, port } = readHost(bracketed, row);
      if (/:\d+$/.test(bracketed)) ports.add(`${host} ${port}`);
      else hosts.add(host);
    }
  }
  const namesPort = (host: string, port: number) => ports.has(`${host} ${port}`);
  return {
    allowsLoopback,
    namesPort,
    namesHost: (host, port) => hosts.has(host) || namesPort(host, port),
    holds: (address) => networks.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4'),
  };
}

function addNetwork(networks: BlockList, row: string): void {
  const [network = '', prefix = ''] = row.split('/');
  const family = isIP(network);
  const isWhole = /^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 6 ? 128 : 32);
  if (family === 0 || !isWhole) refuse(row);
  networks.addSubnet(network, Number(prefix), family === 6 ? 'ipv6' : 'ipv4');
}

function readHost(bracketed: string, row: string): { readonly host: string; readonly port: number } {
  try {
    // a port that is the scheme's own is no plain spelling: each scheme has another one
    const scheme = /:80$/.test(bracketed) ? 'https' : 'http';
    return readPlainUrl(`${scheme}://${bracketed}`);
  } catch {
    return refuse(row);
  }
}

function refuse(row: string): never {
  throw new ArenaError(
    'unknown_option',
    `${VARIABLE} holds "${row}", which is no host, host:port or network.`,
    {
      hint: `Write it as ${VARIABLE}=localhost,gpu-1:8000,10.1.0.0/16`,
      at: { column: VARIABLE },
    },
  );
}
