/** Something that must work before requests are sent here. It throws, or rejects, with what is wrong. */
export type ReadyCheck = { readonly name: string; readonly run: () => Promise<void> };

export type ReadyResult = {
  readonly ready: boolean;
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly found: string | null }[];
};

const TIMEOUT_MS = 2000;

/** Runs all checks at once; one that does not answer in time has failed. */
export async function checkReady(checks: readonly ReadyCheck[]): Promise<ReadyResult> {
  const results = await Promise.all(
    checks.map(async ({ name, run }) => {
      let timer: NodeJS.Timeout | undefined;
      try {
        const late = new Promise<never>((_, reject) => {
          timer = setTimeout(() => reject(new Error('no answer in time')), TIMEOUT_MS);
        });
        await Promise.race([run(), late]);
        return { name, ok: true, found: null };
      } catch (error) {
        return { name, ok: false, found: error instanceof Error ? error.message : String(error) };
      } finally {
        clearTimeout(timer);
      }
    }),
  );
  return { ready: results.every((result) => result.ok), checks: results };
}
