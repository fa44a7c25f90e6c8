export { fitCounts } from './fit-counts.ts';
export { type ComparisonChunk, PairCounter } from './pair-counter.ts';
