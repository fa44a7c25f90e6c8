import { ArenaError } from '@agon/domain';

/** What a service asks the process that keeps it, because its own environment does not hold it. */
export type SupervisorAsk =
  /** The value of a variable, or null where it is not set. */
  | { readonly kind: 'key'; readonly name: string }
  /** Ports of this arena on this machine, a list of numbers. */
  | { readonly kind: 'own-ports' };

/** One end of the channel between two processes of Node. */
export type Channel = {
  send?(message: object, handle: undefined, options: undefined, done: (error: Error | null) => void): unknown;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'disconnect', listener: () => void): unknown;
};

type Waiting = { resolve(value: unknown): void; reject(error: Error): void };

/** @returns asks over the channel; each fails with ArenaError('shutting_down') when the supervisor is gone */
export function askSupervisor(channel: Channel): (ask: SupervisorAsk) => Promise<unknown> {
  const waiting = new Map<number, Waiting>();
  let asked = 0;
  const gone = () => new ArenaError('shutting_down', 'The process that keeps this service is gone.');
  channel.on('message', (message) => {
    const { answerTo, value } = (message ?? {}) as { answerTo?: unknown; value?: unknown };
    if (typeof answerTo !== 'number') return;
    waiting.get(answerTo)?.resolve(value ?? null);
    waiting.delete(answerTo);
  });
  channel.on('disconnect', () => {
    for (const { reject } of waiting.values()) reject(gone());
    waiting.clear();
  });
  return (ask) =>
    new Promise((resolve, reject) => {
      const id = ++asked;
      waiting.set(id, { resolve, reject });
      channel.send?.({ askId: id, ask }, undefined, undefined, (error) => {
        if (error === null || !waiting.delete(id)) return;
        reject(gone());
      });
    });
}

/** Answers what a service asks. @param answer gives what is sent back; JSON-safe */
export function answerService(channel: Channel, answer: (ask: SupervisorAsk) => unknown): void {
  channel.on('message', (message) => {
    const { askId, ask } = (message ?? {}) as { askId?: unknown; ask?: SupervisorAsk };
    if (typeof askId !== 'number' || ask === undefined) return;
    // a service that is gone needs no answer
    channel.send?.({ answerTo: askId, value: answer(ask) }, undefined, undefined, () => {});
  });
}
