export { STDIN, type Watch } from './disk-file.ts';
export { readTableFile, type TableOptions, type TableRead } from './read-table-file.ts';
