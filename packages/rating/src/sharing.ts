export { helpWithRounds, type SharedRounds } from './kernels/share-rounds.ts';
export { helpedParts } from './threads/share-parts.ts';
export type { Threads } from './threads/threads.ts';
