import type { Attachment } from 'svelte/attachments';

/**
 * Marks where a rendered answer names its model. Names are found in the text as it is shown, so one that stands in two
 * styles at once stays unmarked; the word beside the model's name says it all the same.
 */
export function markNames(names: readonly string[]): Attachment<HTMLElement> {
  const sought = names.filter((name) => name.trim() !== '').sort((x, y) => y.length - x.length);
  const pattern =
    sought.length === 0 ? null : new RegExp(sought.map((name) => RegExp.escape(name)).join('|'), 'g');
  return (answer) => {
    if (pattern === null) return;
    const walker = document.createTreeWalker(answer, NodeFilter.SHOW_TEXT);
    const texts: Text[] = [];
    while (walker.nextNode()) texts.push(walker.currentNode as Text);
    for (const text of texts) {
      const found = [...text.data.matchAll(pattern)].reverse();
      for (const { index, 0: name } of found) {
        const rest = text.splitText(index);
        rest.splitText(name.length);
        const mark = document.createElement('mark');
        rest.replaceWith(mark);
        mark.append(rest);
      }
    }
  };
}
