/** A piece of a reply; `verdict`: what was read, `tag`: what it stands in. */
export type ReplyPart = { readonly text: string; readonly role: 'text' | 'tag' | 'verdict' };

/** A reply that is no longer than this is all label. */
const LONGEST_LABEL = 20;

/**
 * A raw reply in pieces, so that the place where its verdict stands can be seen.
 * @param tag name of the tag that its call asked for, as `v-7f3a`
 */
export function markVerdict(raw: string, tag: string | null): readonly ReplyPart[] {
  if (tag !== null) {
    const parts: ReplyPart[] = [];
    let end = 0;
    const name = tag.replace(/[^\w-]/g, '');
    for (const found of raw.matchAll(new RegExp(`(<${name}>)([^<]*)(</${name}>)`, 'g'))) {
      const [whole, opened = '', label = '', closed = ''] = found;
      if (found.index > end) parts.push({ text: raw.slice(end, found.index), role: 'text' });
      parts.push(
        { text: opened, role: 'tag' },
        { text: label, role: 'verdict' },
        { text: closed, role: 'tag' },
      );
      end = found.index + whole.length;
    }
    if (parts.length > 0) {
      if (end < raw.length) parts.push({ text: raw.slice(end), role: 'text' });
      return parts;
    }
  }
  const choice = /"choice"\s*:\s*"([^"]*)"/.exec(raw);
  if (choice !== null) {
    const start = choice.index + choice[0].length - 1 - (choice[1] ?? '').length;
    return [
      { text: raw.slice(0, start), role: 'text' },
      { text: choice[1] ?? '', role: 'verdict' },
      { text: raw.slice(start + (choice[1] ?? '').length), role: 'text' },
    ];
  }
  return [{ text: raw, role: raw.trim().length > 0 && raw.length <= LONGEST_LABEL ? 'verdict' : 'text' }];
}
