import { askSupervisor, type Channel, isReservedName, readOwnPorts } from '@agon/inference/supervisor';

/** What the judge service learns of its machine while it runs. */
export type KeySource = {
  /** @returns the value of a variable; null where it is not set, or reserved */
  readKey(name: string): Promise<string | null>;
  /** Ports of this arena on this machine. */
  ownPorts(): Promise<readonly number[]>;
};

type Environment = Readonly<Record<string, string | undefined>>;

/** Its supervisor holds the keys, and knows where the api came up. */
export function supervisedKeys(channel: Channel): KeySource {
  const ask = askSupervisor(channel);
  return {
    async readKey(name) {
      const value = await ask({ kind: 'key', name });
      return typeof value === 'string' ? value : null;
    },
    async ownPorts() {
      const ports = await ask({ kind: 'own-ports' });
      return Array.isArray(ports) ? ports.filter((port) => typeof port === 'number') : [];
    },
  };
}

/** A judge service that somebody runs by itself has the keys in its own environment. */
export function keysOfEnvironment(environment: Environment): KeySource {
  return {
    readKey: async (name) => (isReservedName(name) ? null : (environment[name] ?? null)),
    ownPorts: async () => readOwnPorts(environment),
  };
}
