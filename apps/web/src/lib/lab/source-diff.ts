import { unifiedMergeView } from '@codemirror/merge';
import { EditorState } from '@codemirror/state';
import { EditorView, lineNumbers } from '@codemirror/view';

const theme = EditorView.theme({
  '&': { color: 'var(--color-ink)', backgroundColor: 'var(--color-surface)', fontSize: '0.8125rem' },
  '.cm-scroller': { fontFamily: 'var(--font-mono)', lineHeight: '1.6' },
  '.cm-gutters': { backgroundColor: 'var(--color-surface)', color: 'var(--color-third)', border: '0' },
  '.cm-changedLine': { backgroundColor: 'color-mix(in srgb, var(--color-good) 12%, transparent)' },
  '.cm-deletedChunk': { backgroundColor: 'color-mix(in srgb, var(--color-bad) 10%, transparent)' },
  '.cm-changedText': { background: 'color-mix(in srgb, var(--color-good) 25%, transparent)' },
  '.cm-deletedChunk .cm-deletedText': { background: 'color-mix(in srgb, var(--color-bad) 25%, transparent)' },
  '.cm-collapsedLines': {
    background: 'var(--color-sunk)',
    color: 'var(--color-second)',
    paddingInline: '0.75rem',
  },
  // its own marks are in few fonts
  '.cm-collapsedLines:before, .cm-collapsedLines:after': { content: 'none' },
});

/** Lines around a change that are shown, and how many alike are worth folding away. */
const CONTEXT = { margin: 3, minSize: 6 };

/** Two texts as one, what went and what came marked; only to be read. @returns how to take it away */
export function openSourceDiff(
  host: HTMLElement,
  {
    left,
    right,
    label,
    phrases,
  }: { left: string; right: string; label: string; phrases: Readonly<Record<string, string>> },
): () => void {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  const view = new EditorView({
    doc: right,
    root,
    parent: root,
    extensions: [
      lineNumbers(),
      theme,
      EditorView.lineWrapping,
      EditorState.readOnly.of(true),
      EditorView.contentAttributes.of({ 'aria-label': label }),
      EditorState.phrases.of({ ...phrases }),
      unifiedMergeView({ original: left, mergeControls: false, collapseUnchanged: CONTEXT }),
    ],
  });
  return () => view.destroy();
}
