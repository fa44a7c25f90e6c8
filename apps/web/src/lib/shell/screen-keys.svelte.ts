/** A key of the page that is open, for the list of keys. */
export type ScreenKey = { readonly keys: readonly string[]; readonly label: string };

let keys: readonly ScreenKey[] = $state.raw([]);

export const screenKeys = (): readonly ScreenKey[] => keys;

/** Tells the list of keys what this page listens to, until the page is left. @returns takes it back */
export function registerKeys(own: readonly ScreenKey[]): () => void {
  keys = own;
  return () => {
    if (keys === own) keys = [];
  };
}
