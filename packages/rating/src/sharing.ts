export { helpWithWork } from './threads/help-with-work.ts';
export { helpedParts } from './threads/share-parts.ts';
export type { SharedWork, Threads } from './threads/threads.ts';
