export { LONGEST_MARKDOWN, type RenderedText, renderText } from './render-text.ts';
