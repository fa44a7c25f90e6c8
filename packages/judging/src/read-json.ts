/**
 * The one JSON value that is the whole text, in a code fence or not; undefined: it is not. A key that is there twice
 * makes it unreadable, because readers differ in which of the two counts.
 */
export function readJsonStrictly(text: string): unknown {
  const fenced = /^```(?:json)?[ \t]*\n([\s\S]*?)\n?```$/i.exec(text.trim());
  const body = (fenced?.[1] ?? text).trim();
  if (body.includes('```')) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  return hasDoubleKeys(body) ? undefined : value;
}

/** @param json text that JSON.parse has read */
function hasDoubleKeys(json: string): boolean {
  const open: (Set<string> | null)[] = [];
  const token = /"(?:[^"\\]|\\.)*"|[{}[\]]/g;
  for (const found of json.matchAll(token)) {
    const [word] = found;
    if (word === '{') open.push(new Set());
    else if (word === '[') open.push(null);
    else if (word === '}' || word === ']') open.pop();
    else if (/^\s*:/.test(json.slice(found.index + word.length, found.index + word.length + 200))) {
      const keys = open.at(-1);
      const key = JSON.parse(word) as string;
      if (keys?.has(key)) return true;
      keys?.add(key);
    }
  }
  return false;
}
