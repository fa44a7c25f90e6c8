const LONGEST = 63;

/** A name for addresses from a title: "Spring round, 2nd" → "spring-round-2nd"; empty where no Latin letter is in it. */
export function slugOf(title: string): string {
  return title
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, LONGEST)
    .replace(/^-+|-+$/g, '');
}
