export { dayTextOf, decimalOf, timeTextOf, wholeNumberOf } from './rows/exact-values.ts';
export { parseCell, storableText } from './rows/parse-json.ts';
