import { gzipSync } from 'node:zlib';

export type LoadedModule = { readonly path: string; readonly bytes: number };

/**
 * The JavaScript that a page of a running server loads at first: every module that its HTML names.
 * @returns sizes in bytes, after gzip at its best level
 */
export async function firstLoad(address: string): Promise<readonly LoadedModule[]> {
  const html = await (await fetch(address)).text();
  const named = html.matchAll(/href="([^"]+\.js)" rel="modulepreload"|import\("([^"]+\.js)"\)/g);
  const urls = new Set([...named].map(([, preload, entry]) => new URL(preload ?? entry ?? '', address).href));
  const modules: LoadedModule[] = [];
  for (const url of urls) {
    const text = new Uint8Array(await (await fetch(url)).arrayBuffer());
    modules.push({
      path: new URL(url).pathname.split('/').slice(-2).join('/'),
      bytes: gzipSync(text, { level: 9 }).length,
    });
  }
  return modules;
}
