export { helpWithWork } from './help-with-work.ts';
export { helpedParts } from './share-parts.ts';
export type { SharedWork, Threads } from './threads.ts';
