export { fitCounts } from './bradley-terry/fit-counts.ts';
export { type ComparisonChunk, PairCounter } from './pairs/pair-counter.ts';
