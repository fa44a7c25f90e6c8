import type { ModelClients } from '@agon/arena';
import { folderOf, isLocalAddress } from './local-address.ts';
import { createLocalClient, readModelName } from './local-client.ts';
import { LocalModel } from './local-model.ts';

/** A model that nobody has asked for so long gives its memory back. */
const IDLE_MS = 10 * 60_000;
const LOOK_MS = 60_000;

type Held = { readonly model: LocalModel; askedAtMs: number };

/** Models of this machine that runs ask: each is loaded once, when it is first asked, however many runs ask it. */
export class LocalModels {
  readonly #held = new Map<string, Held>();
  readonly #timer: NodeJS.Timeout;

  constructor() {
    this.#timer = setInterval(() => void this.#unloadIdle(), LOOK_MS);
    this.#timer.unref();
  }

  /** @returns clients that ask folders here, and everything else through `others` */
  over(others: ModelClients): ModelClients {
    return {
      open: async (provider, model) => {
        if (!isLocalAddress(provider.baseUrl)) return others.open(provider, model);
        const held = this.#hold(folderOf(provider.baseUrl), model);
        // a folder that cannot be loaded ends the run with the reason, before anything is asked
        await held.model.info();
        const client = createLocalClient(held.model, model);
        return {
          ask: (request, signal) => {
            held.askedAtMs = performance.now();
            return client.ask(request, signal);
          },
        };
      },
    };
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all([...this.#held.values()].map(({ model }) => model.unload()));
  }

  #hold(folder: string, model: string): Held {
    const { numeric } = readModelName(model);
    const key = JSON.stringify([folder, numeric]);
    const known = this.#held.get(key);
    if (known !== undefined) return known;
    const options = {
      folder,
      file: null,
      numeric,
      executionProvider: 'cpu',
      threads: null,
      weightBytes: null,
    };
    const held = { model: new LocalModel(options), askedAtMs: performance.now() };
    this.#held.set(key, held);
    return held;
  }

  async #unloadIdle(): Promise<void> {
    for (const { model, askedAtMs } of this.#held.values()) {
      const isIdle = model.open === 0 && performance.now() - askedAtMs > IDLE_MS;
      if (isIdle && model.isLoaded) await model.unload();
    }
  }
}
