import { totalmem } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import type { ModelClients } from '@agon/arena';
import { ArenaError } from '@agon/domain';
import { CUDA_FOLDER_VARIABLE, holdsCudaRuntime } from './cuda-libraries.ts';
import { folderOf, isLocalAddress } from './local-address.ts';
import { createLocalClient, readModelName } from './local-client.ts';
import { LocalModel } from './local-model.ts';

/** A model that nobody has asked for so long gives its memory back. */
const IDLE_MS = 10 * 60_000;
const LOOK_MS = 60_000;

/** Between two calls of a run a model is not idle: two runs would else take it from each other at every call. */
const QUIET_MS = 1000;
/** Between two looks whether a model that takes up memory is idle. */
const WAIT_MS = 50;

type Held = {
  readonly folder: string;
  readonly model: LocalModel;
  askedAtMs: number;
  /** What it was let take; null: it is not loaded, or waits. */
  taken: { readonly bytes: number } | null;
};

/**
 * Bytes that models of runs may take together, from the environment.
 * @returns null where nothing is set
 * @throws ArenaError('unknown_option') where AGON_MODEL_MEMORY is no whole number of MiB above 0
 */
export function readModelMemory(environment: Readonly<Record<string, string | undefined>>): number | null {
  const text = environment.AGON_MODEL_MEMORY ?? '';
  if (text === '') return null;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text) * 2 ** 20;
  throw new ArenaError('unknown_option', `AGON_MODEL_MEMORY is "${text}".`, {
    hint: 'Give the MiB that models of this machine may take together, as a whole number: 8192.',
    at: { column: 'AGON_MODEL_MEMORY', value: text },
  });
}

/**
 * On what models of runs compute, from the environment: what AGON_MODEL_EP names; unset, whatever works here where
 * `agon setup-gpu` was run, else the processor, which gives the same numbers on every machine within 0.01.
 */
export function readModelProvider(environment: Readonly<Record<string, string | undefined>>): string {
  const { AGON_MODEL_EP: named, [CUDA_FOLDER_VARIABLE]: folder } = environment;
  return named || (folder && holdsCudaRuntime(folder) ? 'auto' : 'cpu');
}

/**
 * Models of this machine that runs ask: each is loaded once, when it is first asked, however many runs ask it. Together they
 * take no more than they may: one that does not fit beside others has those unloaded that nobody asks at the moment, the
 * one that was asked longest ago first, and else waits.
 */
export class LocalModels {
  readonly #held = new Map<string, Held>();
  readonly #timer: NodeJS.Timeout;
  readonly #mostBytes: number;
  readonly #executionProvider: string;
  /** One is admitted after another, in the order in which they came. */
  #admitting: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  /**
   * @param mostBytes that they may take together; null: three quarters of the machine's
   * @param executionProvider `auto`, or a name of onnxruntime's
   */
  constructor(mostBytes: number | null = null, executionProvider = 'cpu') {
    this.#executionProvider = executionProvider;
    this.#mostBytes = mostBytes ?? (totalmem() * 3) / 4;
    this.#timer = setInterval(() => void this.#unloadIdle(), LOOK_MS);
    this.#timer.unref();
  }

  /** Bytes of the models that are loaded. */
  get bytes(): number {
    return [...this.#held.values()].reduce((sum, { taken }) => sum + (taken?.bytes ?? 0), 0);
  }

  /** Folders of the models that are loaded. */
  get loaded(): readonly string[] {
    return [...this.#held.values()].filter(({ taken }) => taken !== null).map(({ folder }) => folder);
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
          ask: async (request, signal) => {
            try {
              return await client.ask(request, signal);
            } finally {
              held.askedAtMs = performance.now();
            }
          },
        };
      },
    };
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#isClosed = true;
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
      executionProvider: this.#executionProvider,
      threads: null,
      weightBytes: null,
      // the same whatever else is loaded: a model's kernels must not depend on its neighbours
      memoryBytes: this.#mostBytes,
    };
    const held: Held = {
      folder,
      model: new LocalModel(options, (bytes) => this.#admit(held, bytes)),
      askedAtMs: performance.now(),
      taken: null,
    };
    this.#held.set(key, held);
    return held;
  }

  #admit(held: Held, bytes: number): Promise<void> {
    // a thread that starts anew has given back what it took
    held.taken = null;
    const admitted = this.#admitting.then(() => this.#makeRoom(held, bytes));
    this.#admitting = admitted.catch(() => {});
    return admitted;
  }

  async #makeRoom(held: Held, bytes: number): Promise<void> {
    while (this.bytes + bytes > this.#mostBytes && this.bytes > 0) {
      if (this.#isClosed) throw new ArenaError('shutting_down', 'The service that runs the models ends.');
      const [idle] = [...this.#held.values()]
        .filter((each) => each.taken !== null && isUnasked(each, QUIET_MS))
        .sort((one, other) => one.askedAtMs - other.askedAtMs);
      if (idle === undefined) await pause(WAIT_MS);
      else await this.#unload(idle);
    }
    held.taken = { bytes };
    held.askedAtMs = performance.now();
  }

  async #unload(held: Held): Promise<void> {
    const { taken } = held;
    await held.model.unload();
    // unless it was asked meanwhile, and waits for room or has it
    if (held.taken === taken) held.taken = null;
  }

  async #unloadIdle(): Promise<void> {
    for (const held of this.#held.values()) {
      if (held.model.isLoaded && isUnasked(held, IDLE_MS)) await this.#unload(held);
    }
  }
}

function isUnasked({ model, askedAtMs }: Held, forMs: number): boolean {
  return model.open === 0 && performance.now() - askedAtMs > forMs;
}
