/** Makes identifiers: UUIDs that sort by time (version 7). */
export interface Ids {
  next(): string;
}
