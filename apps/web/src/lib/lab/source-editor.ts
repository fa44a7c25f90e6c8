import {
  acceptCompletion,
  autocompletion,
  type CompletionContext,
  type CompletionResult,
  completionKeymap,
} from '@codemirror/autocomplete';
import { yamlFrontmatter } from '@codemirror/lang-yaml';
import { HighlightStyle, LanguageSupport, StreamLanguage, syntaxHighlighting } from '@codemirror/language';
import { type Diagnostic, lintGutter, setDiagnostics } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import {
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { minimalSetup } from 'codemirror';

/** A fault in the text. Line and column count from 1. */
export type SourceFault = {
  readonly line: number;
  readonly column: number | null;
  readonly message: string;
  readonly hint: string | null;
};

export type SourceEditor = {
  setSource(source: string): void;
  showFaults(faults: readonly SourceFault[]): void;
  goTo(line: number): void;
  focus(): void;
  destroy(): void;
};

export type SourceEditorOptions = {
  readonly host: HTMLElement;
  readonly source: string;
  readonly label: string;
  readonly phrases: Readonly<Record<string, string>>;
  /** Names that a template may use, offered while one is typed. */
  readonly variables: () => readonly string[];
  readonly onchange: (source: string) => void;
  readonly onrun: () => void;
  readonly onsave: () => void;
};

/** Front matter as YAML; after it texts with Jinja in them. */
const jinja = new LanguageSupport(
  StreamLanguage.define<{ inside: string }>({
    startState: () => ({ inside: '' }),
    token(stream, state) {
      if (state.inside === '') {
        if (stream.sol() && stream.match(/^#{1,3} .*/)) return 'heading';
        const opened = stream.match(/^\{[{%#]/);
        if (opened && typeof opened !== 'boolean')
          state.inside = opened[0] === '{{' ? '}}' : `${opened[0].slice(1)}}`;
        else {
          stream.next();
          stream.eatWhile(/[^{]/);
          return null;
        }
      } else if (stream.match(state.inside)) {
        const ended = state.inside;
        state.inside = '';
        return LOOKS[ended] ?? null;
      } else stream.next();
      return LOOKS[state.inside] ?? null;
    },
    tokenTable: { heading: tags.heading },
  }),
);

const LOOKS: Readonly<Record<string, string>> = {
  '}}': 'variableName',
  '%}': 'keyword',
  '#}': 'comment',
};

const highlighting = HighlightStyle.define([
  {
    tag: [tags.propertyName, tags.definition(tags.propertyName), tags.keyword, tags.heading],
    color: 'var(--color-judges)',
  },
  {
    tag: [tags.string, tags.content, tags.number, tags.bool, tags.literal, tags.attributeValue],
    color: 'var(--color-benchmarks)',
  },
  { tag: tags.variableName, color: 'var(--color-people)' },
  { tag: [tags.comment, tags.meta, tags.separator, tags.punctuation], color: 'var(--color-third)' },
]);

const theme = EditorView.theme({
  '&': {
    height: '100%',
    color: 'var(--color-ink)',
    backgroundColor: 'var(--color-surface)',
    fontSize: '0.8125rem',
  },
  // the page draws it around the gutter, too
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--font-mono)', lineHeight: '1.6' },
  '.cm-content': { caretColor: 'var(--color-ink)', paddingBlock: '0.75rem' },
  '.cm-gutters': { backgroundColor: 'var(--color-surface)', color: 'var(--color-third)', border: '0' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'var(--color-sunk)' },
  '.cm-cursor': { borderLeftColor: 'var(--color-ink)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--color-wash)',
  },
  '.cm-tooltip': {
    backgroundColor: 'var(--color-surface)',
    color: 'var(--color-ink)',
    border: '1px solid var(--color-strong-line)',
  },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    backgroundColor: 'var(--color-wash)',
    color: 'var(--color-ink)',
  },
  '.cm-diagnostic': { fontFamily: 'var(--font-sans)', whiteSpace: 'pre-wrap', maxWidth: '30rem' },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--color-bad)' },
  '.cm-lintRange-error': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--color-bad)',
    textUnderlineOffset: '3px',
  },
  '.cm-lint-marker-error': {
    content: 'none',
    borderRadius: '50%',
    backgroundColor: 'var(--color-bad)',
    scale: '0.6',
  },
});

/**
 * The editor of a judge's file. It lives in a shadow root: there its styles are adopted sheets, which the content
 * security policy of our pages allows, and not style elements, which it does not.
 */
export function openSourceEditor(options: SourceEditorOptions): SourceEditor {
  const { host, onchange, onrun, onsave } = options;
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  const state = EditorState.create({
    doc: options.source,
    extensions: [
      keymap.of([
        { key: 'Mod-Enter', run: () => done(onrun) },
        { key: 'Mod-s', run: () => done(onsave) },
        // completes only while completions are shown; else Tab leaves the editor, as everywhere
        { key: 'Tab', run: acceptCompletion },
        ...completionKeymap,
      ]),
      minimalSetup,
      lineNumbers(),
      highlightActiveLine(),
      highlightActiveLineGutter(),
      lintGutter(),
      autocompletion({ override: [(context) => complete(context, options.variables())] }),
      yamlFrontmatter({ content: jinja }),
      syntaxHighlighting(highlighting),
      theme,
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ 'aria-label': options.label, spellcheck: 'false' }),
      EditorState.phrases.of({ ...options.phrases }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) onchange(update.state.doc.toString());
      }),
    ],
  });
  const view = new EditorView({ state, root, parent: root });
  return {
    setSource(source) {
      if (view.state.doc.toString() !== source)
        view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: source } });
    },
    showFaults: (faults) => view.dispatch(setDiagnostics(view.state, toDiagnostics(view.state, faults))),
    goTo(line) {
      const { from } = view.state.doc.line(Math.min(Math.max(1, line), view.state.doc.lines));
      view.dispatch({
        selection: { anchor: from },
        effects: EditorView.scrollIntoView(from, { y: 'center' }),
      });
      view.focus();
    },
    focus: () => view.focus(),
    destroy: () => view.destroy(),
  };
}

/** A key that was acted on goes no further. */
function done(act: () => void): true {
  act();
  return true;
}

function complete(context: CompletionContext, variables: readonly string[]): CompletionResult | null {
  const word = context.matchBefore(/\{\{\s*\w*|\b\w+/);
  if (word === null) return null;
  const before = context.state.sliceDoc(0, context.pos);
  // inside an open {{ or {%, or right after its braces
  if (
    before.lastIndexOf('{{') <= before.lastIndexOf('}}') &&
    before.lastIndexOf('{%') <= before.lastIndexOf('%}')
  )
    return null;
  const name = /\w*$/.exec(word.text)?.[0] ?? '';
  return {
    from: context.pos - name.length,
    options: variables.map((label) => ({ label, type: 'variable' })),
    validFor: /^\w*$/,
  };
}

function toDiagnostics({ doc }: EditorState, faults: readonly SourceFault[]): Diagnostic[] {
  return faults.map((fault) => {
    const line = doc.line(Math.min(Math.max(1, fault.line), doc.lines));
    const from = Math.min(line.to, line.from + Math.max(0, (fault.column ?? 1) - 1));
    return {
      from,
      to: Math.max(from, line.to),
      severity: 'error',
      message: [fault.message, fault.hint].filter(Boolean).join('\n'),
    };
  });
}
