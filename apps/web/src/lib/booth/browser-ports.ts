import { api } from '#lib/api/browser-client.ts';
import { browser } from '$app/env';
import type { BoothPorts } from './booth.svelte.ts';
import { deviceStorage, noStorage } from './outbox-storage.ts';

/** The booth's ports in a browser; while the server renders the page, nothing is stored and nothing runs. */
export function browserPorts(): BoothPorts {
  return {
    api,
    storage: browser ? storageOfDevice() : noStorage,
    now: () => Date.now(),
    elapsed: () => performance.now(),
    random: () => Math.random(),
    newKey,
    after(ms, call) {
      const timer = setTimeout(call, ms);
      return () => clearTimeout(timer);
    },
  };
}

function storageOfDevice() {
  try {
    return deviceStorage(localStorage);
  } catch {
    return noStorage;
  }
}

/** 128 random bits. `crypto.randomUUID` would do, but browsers have it only on https and on this machine. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
