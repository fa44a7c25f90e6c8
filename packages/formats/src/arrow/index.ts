export { type ArrowChunk, ArrowComparisons } from './arrow-comparisons.ts';
export { type ArrowFile, isArrow, openArrow, type ReadInto } from './arrow-file.ts';
export { readArrowRows } from './arrow-rows.ts';
export type { ArrowColumnChoice } from './find-arrow-columns.ts';
export { type ArrowOutColumn, type ArrowOutOptions, writeArrow } from './write-arrow.ts';
