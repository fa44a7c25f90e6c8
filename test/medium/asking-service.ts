import { keysOfEnvironment, supervisedKeys } from '../../apps/judge/src/key-source.ts';

/** A service that says what it was given, and what it is told when it asks. Ends with its supervisor. */
process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => process.exit(0));
const keys = process.send === undefined ? keysOfEnvironment(process.env) : supervisedKeys(process);
const names = (process.env.AGON_DEBUG ?? '').split(',');
const told = await Promise.all(names.map(async (name) => [name, await keys.readKey(name)] as const));
const ready = {
  event: 'ready',
  environment: process.env,
  told: Object.fromEntries(told),
  ownPorts: await keys.ownPorts(),
};
process.stdout.write(`${JSON.stringify(ready)}\n`);
