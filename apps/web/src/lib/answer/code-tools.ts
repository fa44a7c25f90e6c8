import type { Attachment } from 'svelte/attachments';

const SHOWN_MS = 2000;

export type CodeWords = { readonly copy: string; readonly copied: string };

/** Gives every block of code its language and a button that copies it. The words are read when they are shown. */
export function codeTools(words: () => CodeWords): Attachment<HTMLElement> {
  return (answer) => {
    const timers = new Set<number>();
    for (const figure of answer.querySelectorAll<HTMLElement>('figure.code')) {
      const code = figure.querySelector('code');
      if (code === null) continue;
      const caption = document.createElement('figcaption');
      const language = document.createElement('span');
      language.textContent = figure.dataset.lang ?? '';
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = words().copy;
      button.addEventListener('click', async () => {
        if (!(await copyText(code.textContent ?? ''))) return;
        button.textContent = words().copied;
        timers.add(
          window.setTimeout(() => {
            button.textContent = words().copy;
          }, SHOWN_MS),
        );
      });
      caption.append(language, button);
      figure.prepend(caption);
    }
    return () => {
      for (const timer of timers) clearTimeout(timer);
    };
  };
}

/** @returns false where the browser does not let a page copy, as on plain http from another machine */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
